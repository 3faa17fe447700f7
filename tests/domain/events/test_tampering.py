"""D1: history that was changed, by anybody and in any way, is known to have been changed."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain import events
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Unit
from domain.events import sealing
from domain.events.sealing import BEGINNING, Head
from jobs.work import unit_of_work
from tests.domain.events.tamperings import WAYS, Victim
from tests.fixtures import Database
from tests.gates import Gate

TRANSACTIONS = 60


def years_pass(gate: Gate, flat: Unit, deal: Deal, anna: User) -> None:
    """Transactions of one to five events, as requests and jobs write them."""
    for _time in range(TRANSACTIONS):
        with unit_of_work() as session:
            for _event in range(gate.random.randint(1, 5)):
                by = gate.random.choice([anna, None])
                amount = str(gate.random.randint(1, 10**7))
                events.record(session, "deal.edited", deal, by=by, deal=deal.id, topics=["a"], amount=amount)
                events.record(session, "unit.repriced", flat, by=None, changes={"price": (amount, "1")})


def seal_all() -> Head:
    with unit_of_work() as session:
        while sealing.seal(session):
            pass
        return sealing.head(session)


@pytest.fixture
def kept(
    database: Database, session: Session, gate: Gate, flat_1: Unit, ivanov_deal: Deal, anna: User
) -> Head:
    """The head of a sealed history."""
    session.commit()  # or its transaction would stay open all the while
    years_pass(gate, flat_1, ivanov_deal, anna)
    return seal_all()


@contextmanager
def intruding(database: Database, gate: Gate) -> Iterator[Victim]:
    """As the superuser, past every trigger; undone afterwards."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(sa.text("set local session_replication_role = replica"))
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            ids = (
                session.execute(sa.text("select event_id from event_seal order by position")).scalars().all()
            )
            yield Victim(session, list(ids), gate.random)
        transaction.rollback()


@pytest.mark.gate("D1")
def test_every_change_of_history_is_seen(database: Database, kept: Head, gate: Gate):
    tries = gate.size(100, 1000)
    seen: Counter[str] = Counter()
    missed: list[str] = []
    for number in range(tries):
        name, change = list(WAYS.items())[number % len(WAYS)]
        with intruding(database, gate) as victim:
            change(victim)
            found = sealing.verify(victim.session, kept)
        if found.wrong:
            seen[name] += 1
        else:
            missed.append(name)
    gate.report(
        f"{seen.total()} of {tries} tamperings in {len(WAYS)} ways seen",
        ok=not missed,
        tamperings=tries,
        tamperings_seen=seen.total(),
    )
    assert missed == []


@pytest.mark.gate("D1")
def test_an_honest_history_is_not_suspected(
    database: Database, gate: Gate, flat_1: Unit, ivanov_deal: Deal, anna: User
):
    """Written by several at once, in transactions that overlap, while it is being sealed."""
    done = threading.Event()
    writers = [
        threading.Thread(target=years_pass, args=(gate, flat_1, ivanov_deal, anna))
        for _writer in range(gate.size(3, 6))
    ]
    heads: list[Head] = []

    def keep_sealing() -> None:
        while not done.is_set():
            heads.append(seal_all())

    sealer = threading.Thread(target=keep_sealing)
    for each in [sealer, *writers]:
        each.start()
    for each in writers:
        each.join()
    done.set()
    sealer.join()
    heads.append(seal_all())

    with unit_of_work(read_only=True) as session:
        alarms = [
            alarm
            for head in {head.position: head for head in heads}.values()
            for alarm in sealing.verify(session, head).wrong
        ]
        found = sealing.verify(session)
    gate.report(
        f"{found.events} events of {len(writers)} writers, sealed while they wrote, against "
        f"{len(set(heads))} heads: {len(alarms)} false alarms",
        ok=not alarms and not found.waiting,
    )


@pytest.mark.control("D1")
def test_control_counting_rows_sees_almost_nothing(database: Database, kept: Head, gate: Gate):
    """What is left without the chain: as many events as links, numbered without gaps."""
    count = sa.text(
        """select (select count(*) from event), (select count(*) from event_seal),
                  (select max(position) from event_seal)"""
    )
    missed = 0
    for change in WAYS.values():
        with intruding(database, gate) as victim:
            before = tuple(victim.session.execute(count).one())
            change(victim)
            missed += tuple(victim.session.execute(count).one()) == before
    assert missed > len(WAYS) / 2
    gate.report(f"counting rows missed {missed} of {len(WAYS)} ways to change history")


@pytest.mark.control("D1")
def test_control_a_chain_whose_head_is_not_kept_elsewhere_can_be_made_anew(
    database: Database, kept: Head, gate: Gate
):
    missed = []
    for name, change in WAYS.items():
        with intruding(database, gate) as victim:
            change(victim)
            if not sealing.verify(victim.session, BEGINNING).wrong:
                missed.append(name)
    assert "the tail cut" in missed
    assert "an event changed and the chain made anew after it" in missed
    gate.report(f"without the head kept elsewhere {len(missed)} ways are not seen: {', '.join(missed)}")
