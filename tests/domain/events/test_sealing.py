"""A chain of hashes over history: made after the commits, in an order nothing can come into later."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain import events
from domain.estate import Unit
from domain.events import sealing
from domain.events.sealing import BEGINNING, Head
from jobs.work import unit_of_work
from tests.fixtures import Database


def happen(unit: Unit, times: int = 1) -> None:
    with unit_of_work() as session:
        for _time in range(times):
            events.record(session, "unit.edited", unit, by=None, changes={"price": ("1", "2")})


def seal_all() -> Head:
    with unit_of_work() as session:
        while sealing.seal(session):
            pass
        return sealing.head(session)


def verdict(kept: Head = BEGINNING) -> sealing.Verdict:
    with unit_of_work(read_only=True) as session:
        return sealing.verify(session, kept)


def test_a_chain_over_everything_that_happened_is_whole(database: Database, flat_1: Unit):
    happen(flat_1, times=3)

    head = seal_all()

    found = verdict(head)
    assert (found.wrong, found.waiting, found.head) == ([], 0, head)
    assert found.events == head.position == 3


def test_events_not_sealed_yet_wait_and_are_not_suspected(database: Database, flat_1: Unit):
    head = seal_all()
    happen(flat_1, times=2)

    assert (verdict(head).wrong, verdict(head).waiting) == ([], 2)


def test_an_event_of_an_older_transaction_that_ends_later_finds_its_place(database: Database, flat_1: Unit):
    """The order of numbers is not the order of commits."""
    with unit_of_work() as slow:
        slow.execute(sa.text("select pg_current_xact_id()"))
        happen(flat_1)
        before = seal_all()
        events.record(slow, "unit.edited", flat_1, by=None)
        slow.flush()
        assert seal_all() == before

    assert seal_all().position == before.position + 2
    assert verdict().wrong == []


def test_two_sealers_at_once_make_one_chain(database: Database, flat_1: Unit):
    happen(flat_1, times=50)
    both = [threading.Thread(target=seal_all) for _time in range(4)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert verdict(seal_all()).wrong == []


def test_a_base_on_another_server_goes_on_with_its_chain(database: Database, flat_1: Unit):
    """As after a restore where transactions have lower numbers than those that came along."""
    happen(flat_1, times=3)
    with database.engine.begin() as owner:
        owner.execute(sa.text("alter table event disable trigger event_kept"))
        owner.execute(sa.text("update event set xid = xid + 1000"))
    seal_everything_of_the_old_server(database)
    head = Head.parse(str(verdict().head))

    happen(flat_1, times=2)
    seal_all()
    happen(flat_1, times=2)
    after = seal_all()

    assert after.position == head.position + 5, "four events and a link that tells of the move"
    assert (verdict(head).wrong, verdict(after).waiting) == ([], 0)


def seal_everything_of_the_old_server(database: Database) -> None:
    """With its numbers as they were there: as if its horizon lay beyond all of them."""
    with Session(database.engine) as session:
        rows = session.execute(sa.text(f"{sealing.UNSEALED} order by event.xid, event.id")).all()
        sealing._add(session, None, [(r.id, r.xid, sealing._of_event(r.canonical)) for r in rows])
        session.commit()


@pytest.mark.parametrize("text", ["", "7", "seven:00", f"7:{'0' * 63}", "7:00"])
def test_what_is_not_a_head_is_refused(text: str):
    with pytest.raises(ValueError):
        Head.parse(text)


Change = Callable[[sa.Connection], object]


@pytest.mark.parametrize("table", ["event", "event_seal"])
@pytest.mark.parametrize("rewriting", ["update {} set xid = 0", "delete from {}", "truncate {} cascade"])
def test_nobody_rewrites_history_in_passing(
    database: Database, session: Session, flat_1: Unit, table: str, rewriting: str
):
    """The application is not permitted to, and the owner of the tables is stopped."""
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        session.execute(sa.text(rewriting.format(table)))
    with (
        pytest.raises(sa.exc.ProgrammingError, match="history is not rewritten"),
        database.engine.begin() as owner,
    ):
        owner.execute(sa.text(rewriting.format(table)))


@pytest.mark.parametrize("column", ["id", "xid"])
def test_the_application_cannot_choose_the_place_of_an_event(session: Session, column: str):
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        session.execute(
            sa.text(f"insert into event (name, subject_kind, subject_id, {column}) values ('x', 'y', 1, 1)")
        )
