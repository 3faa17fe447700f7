"""What happened is told to everyone who cares, once, and one bad event stops no other."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.estate import Unit
from domain.events import Event
from domain.events.models import Unrelayed
from jobs import subscribers
from jobs.relay import BATCH, LOCK, relay
from jobs.work import engine, unit_of_work
from tests.fixtures import Database

Told = list[int]


@pytest.fixture
def heard(database: Database, valkey: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Numbers of "unit.edited" events in the order a subscriber heard of them."""
    told: Told = []
    subscribe(monkeypatch, lambda session, event: told.append(event.id))
    yield told


def subscribe(monkeypatch: pytest.MonkeyPatch, *wanted: Callable[[Session, Event], object]) -> None:
    monkeypatch.setitem(subscribers.SUBSCRIBERS, "unit.edited", wanted)


def happen(flat: Unit, times: int = 1) -> list[int]:
    with unit_of_work() as session:
        born = [events.record(session, "unit.edited", flat, by=None) for _time in range(times)]
    return [event.id for event in born]


def unrelayed(session: Session) -> list[int]:
    return list(session.exec(select(Unrelayed.event_id).order_by(col(Unrelayed.event_id))))


def test_an_event_is_told_once_however_often_the_relay_runs(
    heard: Told, session: Session, flat_1: Unit
) -> None:
    born = happen(flat_1)

    relay.fn()
    relay.fn()

    assert heard == born
    assert unrelayed(session) == []


def test_an_event_nobody_listens_to_is_relayed_too(heard: Told, session: Session, flat_1: Unit) -> None:
    with unit_of_work() as own:
        events.record(own, "unit.added", flat_1, by=None)

    relay.fn()

    assert unrelayed(session) == []


def test_more_events_than_a_batch_are_told_in_their_order(
    heard: Told, session: Session, flat_1: Unit
) -> None:
    born = happen(flat_1, times=BATCH + 5)

    relay.fn()

    assert heard == born
    assert unrelayed(session) == []


def test_a_poisoned_event_blocks_nobody_and_leaves_nothing_half_done(
    heard: Told,
    session: Session,
    flat_1: Unit,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, poison, after = happen(flat_1, times=3)

    def half_done(session: Session, event: Event) -> None:
        events.record(session, "unit.added", flat_1, by=None)
        if event.id == poison:
            raise ZeroDivisionError

    subscribe(monkeypatch, half_done, lambda session, event: heard.append(event.id))
    relay.fn()

    assert heard == [before, after]
    assert unrelayed(session) == [poison]
    assert len(session.exec(select(Event.id).where(Event.name == "unit.added")).all()) == 2

    subscribe(monkeypatch, lambda session, event: heard.append(event.id))
    relay.fn()
    assert heard == [before, after, poison]


def test_many_relays_at_once_tell_each_event_once(heard: Told, session: Session, flat_1: Unit) -> None:
    born = happen(flat_1, times=60)
    relays = [threading.Thread(target=relay.fn) for _number in range(4)]

    for each in relays:
        each.start()
    for each in relays:
        each.join()

    assert sorted(heard) == born


def test_a_relay_waits_for_its_turn_longer_than_for_a_row(heard: Told, flat_1: Unit) -> None:
    born = happen(flat_1)
    impatient = sa.event.listens_for(engine(), "begin")(
        lambda connection: connection.exec_driver_sql("set local lock_timeout = '50ms'")
    )
    relaying = threading.Thread(target=relay.fn)
    try:
        with unit_of_work() as busy:
            busy.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            relaying.start()
            relaying.join(0.5)
            assert relaying.is_alive()
        relaying.join()
    finally:
        sa.event.remove(engine(), "begin", impatient)
    assert heard == born


def test_what_is_rolled_back_is_not_told(heard: Told, flat_1: Unit) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work() as session:
        events.record(session, "unit.edited", flat_1, by=None)
        session.flush()
        raise ZeroDivisionError

    relay.fn()

    assert heard == []
