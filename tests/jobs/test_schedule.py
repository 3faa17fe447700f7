"""The clock: one process works, another waits, and what no wake-up reached is found."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from redis import Redis
from sqlmodel import Session, select

from domain.access import UserSession
from domain.access.models import LoginThrottle, User
from domain.deals.models import Deal
from domain.estate import Booking, BookingState, Unit
from domain.events import sealing
from domain.events.models import Unrelayed
from domain.exchange.models import Connection
from domain.kernel import clock
from domain.kernel.settings import settings
from jobs import heads, schedule, sweeping
from jobs.work import unit_of_work
from tests.fixtures import Database
from tests.jobs.conftest import RESERVATION, book
from tests.onec_demo.conftest import OneC

PATIENCE = 15.0


def until(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def ticks(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One for each time that the only job there is was done."""
    done.clear()
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(schedule, "JOBS", {tick: 0.05})
    return done


done: list[str] = []


def tick() -> None:
    done.append("tick")


@contextmanager
def scheduler() -> Iterator[threading.Event]:
    stopping = threading.Event()
    thread = threading.Thread(target=schedule.run, args=(stopping,))
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def leaders(session: Session) -> list[int]:
    session.rollback()
    held = sa.text("select pid from pg_locks where locktype = 'advisory' and granted and objid = :low")
    return list(session.execute(held, {"low": schedule.LOCK & 0xFFFFFFFF}).scalars())


def test_the_first_works_and_the_second_takes_over_when_it_ends(ticks: list[str], session: Session) -> None:
    with scheduler() as first:
        assert until(lambda: ticks)
        (leader,) = leaders(session)
        with scheduler():
            time.sleep(0.3)
            assert leaders(session) == [leader]
            first.set()
            assert until(lambda: leaders(session) not in ([], [leader]))
            ticks.clear()
            assert until(lambda: ticks)


def test_it_goes_on_after_the_database_threw_it_out(ticks: list[str], session: Session) -> None:
    with scheduler():
        assert until(lambda: leaders(session))
        (leader,) = leaders(session)
        session.execute(sa.select(sa.func.pg_terminate_backend(leader)))
        assert until(lambda: leaders(session) not in ([], [leader]))
        ticks.clear()
        assert until(lambda: ticks)


def test_without_a_database_it_waits_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    tried: list[int] = []

    def nowhere() -> psycopg.Connection[tuple[object, ...]]:
        tried.append(1)
        raise psycopg.OperationalError

    monkeypatch.setattr(schedule, "connected", nowhere)
    with scheduler():
        assert until(lambda: len(tried) > 2)


def test_a_job_that_fails_is_told_and_called_again(
    ticks: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def stumble() -> None:
        calls.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(schedule, "JOBS", {stumble: 0.05})
    with scheduler():
        assert until(lambda: len(calls) > 2)

    assert "a job of the scheduler failed" in caplog.text


def test_an_event_no_wake_up_told_of_is_relayed(
    matched: Connection, session: Session, flat_1: Unit, ivanov_deal: Deal, valkey: Redis
) -> None:
    book(flat_1, ivanov_deal)
    valkey.flushall()

    sweeping.relay_events()

    assert session.exec(select(Unrelayed)).all() == []


def test_while_valkey_is_away_the_clock_carries_messages_itself(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.queue.enqueue", lambda name, *args: False)
    book(flat_1, ivanov_deal)

    sweeping.relay_events()
    sweeping.wake_messages()

    assert [row["Posted"] for row in base_1c.rows(RESERVATION)] == [True]


def test_a_booking_past_its_term_frees_the_unit(
    connection: Connection, session: Session, flat_1: Unit, ivanov_deal: Deal
) -> None:
    booked = book(flat_1, ivanov_deal)
    with unit_of_work() as own:
        ended = own.get_one(Booking, booked.id)
        ended.booked_at, ended.until = clock.now() - timedelta(days=2), clock.now() - timedelta(seconds=1)

    sweeping.expire_bookings()

    assert session.get_one(Booking, booked.id).state is BookingState.EXPIRED


def test_what_is_long_over_is_thrown_away_and_the_rest_kept(
    database: Database, session: Session, anna: User
) -> None:
    now = clock.now()
    for number, ended in enumerate((timedelta(days=31), timedelta(days=29), -timedelta(days=1))):
        session.add(
            UserSession(
                token_hash=bytes([number]) * 32,
                user_id=anna.id,
                created_at=now - timedelta(days=40),
                seen_at=now - timedelta(days=35),
                expires_at=now - ended,
                agent="",
            )
        )
    session.add(LoginThrottle(key="old", failures=1, since=now - timedelta(days=2)))
    session.add(LoginThrottle(key="new", failures=1, since=now))
    session.commit()

    sweeping.prune()

    assert len(session.exec(select(UserSession.token_hash)).all()) == 2
    assert session.exec(select(LoginThrottle.key)).all() == ["new"]


def test_bases_are_looked_into_when_their_turn_comes(
    connection: Connection, base_1c: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr("jobs.queue.enqueue", lambda name, *args: woken.append(args[0]) or True)

    sweeping.look_into_bases()
    with unit_of_work() as session:
        session.get_one(Connection, connection.id).polled_at = clock.now()
    sweeping.look_into_bases()

    assert woken == [connection.id]
    assert settings().demo is False


def test_history_is_sealed_and_its_head_kept_outside_the_database(
    matched: Connection, session: Session, flat_1: Unit, ivanov_deal: Deal, valkey: Redis
) -> None:
    book(flat_1, ivanov_deal)

    sweeping.seal_history()

    assert heads.kept(settings()) == sealing.head(session) != sealing.BEGINNING


def test_a_base_without_the_head_that_was_kept_is_told_and_does_not_replace_it(
    matched: Connection, flat_1: Unit, ivanov_deal: Deal, valkey: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    heads.keep(settings(), kept := sealing.Head(7, bytes(range(32))))
    book(flat_1, ivanov_deal)

    sweeping.seal_history()

    assert "history was changed" in caplog.text
    assert heads.kept(settings()) == kept
