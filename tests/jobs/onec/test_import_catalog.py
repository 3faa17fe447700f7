"""A file of 1C is taken over once and whole: killed at any step, sent twice, or together with another."""

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from domain import files
from domain.estate import Unit
from domain.events import Event
from domain.exchange import messages
from domain.exchange.models import Connection, ConnectionKind, Direction, Message, MessageState
from domain.kernel import clock
from domain.quotes.models import Service
from jobs.deliver import deliver
from jobs.work import unit_of_work
from tests.fixtures import Database
from tests.jobs.conftest import drain
from tests.jobs.test_survival import DELIVER, killed_at, recover
from tests.world import commerceml as xml

FLATS = range(101, 161)
CATALOGUE = xml.document(
    xml.classifier(), xml.catalogue(*map(xml.flat, FLATS), xml.good("s-1", "Монтаж окна"))
)
OFFERS = xml.document(xml.offers(*(xml.offer(f"flat-{n}", n * 70_000) for n in FLATS), xml.offer("s-1", 900)))
DEARER = xml.document(xml.offers(*(xml.offer(f"flat-{n}", n * 75_000) for n in FLATS)))


@pytest.fixture
def base(database: Database, valkey: str) -> Connection:
    with unit_of_work() as session:
        base = Connection(name="1С: каталог", kind=ConnectionKind.COMMERCEML, login="onec")
        session.add(base)
    return base


def sent(base: Connection, text: str, key: str = "") -> int:
    """The message of a file that has come whole."""
    with unit_of_work() as session:
        kept = files.keep(session, [text.encode()], media_type="text/xml", now=clock.now())
        message = messages.put(
            session,
            base.id,
            kind="catalog",
            key=key or f"{random.random()}",
            direction=Direction.IN,
            payload={"filename": "import0_1.xml"},
            file_sha256=kept.sha256,
        )
        return message.id


def outcome(message_id: int) -> Message:
    with unit_of_work(read_only=True) as session:
        return session.get_one(Message, message_id)


def state() -> str:
    """Everything a file may change, as one checksum that knows nothing of ids and moments."""
    with unit_of_work(read_only=True) as session:
        units = select(Unit.number, Unit.kind, Unit.availability, Unit.price, Unit.area_total, Unit.rooms)
        services = select(Service.name, Service.price, Service.on_offer)
        happened = select(Event.name, sa.func.count()).group_by(Event.name)
        rows = [sorted(map(str, session.execute(asked))) for asked in (units, services, happened)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def take_one_by_one(base: Connection, *texts: str) -> str:
    for text in texts:
        deliver.fn(sent(base, text))
    return state()


@pytest.mark.parametrize("place", ["claimed", "carried", "settling", "settled"])
def test_a_kill_at_any_step_leaves_all_or_nothing_and_the_next_try_finishes(
    base: Connection, place: str
) -> None:
    untouched = state()
    message_id = sent(base, CATALOGUE)

    assert killed_at(place, DELIVER.format(message_id))
    if place == "settled":
        assert state() != untouched
    else:
        assert state() == untouched
    recover()

    assert outcome(message_id).state is MessageState.DONE
    with unit_of_work(read_only=True) as session:
        added = select(sa.func.count()).select_from(Event).where(col(Event.name) == "unit.added")
        assert session.execute(added).scalar_one() == len(FLATS)


def test_the_same_file_three_times_is_the_same_house(base: Connection) -> None:
    once = take_one_by_one(base, CATALOGUE, OFFERS)
    assert take_one_by_one(base, CATALOGUE, OFFERS, OFFERS, CATALOGUE) == once


def test_prices_that_come_before_the_flats_wait_for_them(base: Connection) -> None:
    take_one_by_one(base, OFFERS, CATALOGUE)
    with unit_of_work(read_only=True) as session:
        flats = select(Unit.number, Unit.price).where(col(Unit.number).in_([str(n) for n in FLATS]))
        assert dict(session.exec(flats).all()) == {str(n): n * 70_000 for n in FLATS}
        assert session.exec(select(Service.price)).all() == [900]


def test_two_files_at_once_come_in_turn(base: Connection) -> None:
    ids = [sent(base, text) for text in (CATALOGUE, OFFERS, CATALOGUE, OFFERS)]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(deliver.fn, ids))
    drain(hurry=True)

    assert {outcome(message_id).state for message_id in ids} == {MessageState.DONE}
    with unit_of_work(read_only=True) as session:
        flats = select(Unit.number, Unit.price).where(col(Unit.number).in_([str(n) for n in FLATS]))
        assert dict(session.exec(flats).all()) == {str(n): n * 70_000 for n in FLATS}
        happened = select(sa.func.count()).select_from(Event).where(col(Event.name) == "unit.repriced")
        assert session.execute(happened).scalar_one() == len(FLATS)


def test_a_refused_file_waits_for_a_person_and_holds_up_nobody(base: Connection) -> None:
    broken, whole = sent(base, CATALOGUE[:-400]), sent(base, CATALOGUE)
    drain(hurry=True)
    assert (outcome(broken).state, outcome(whole).state) == (MessageState.DEAD, MessageState.DONE)
    assert outcome(broken).error.startswith("Строка ")


def test_the_report_says_what_came_of_the_file(base: Connection) -> None:
    take_one_by_one(base, CATALOGUE, OFFERS)
    message_id = sent(base, DEARER)
    deliver.fn(message_id)
    report = outcome(message_id).report
    assert (report["prices"], report["units"], report["remarks"]) == ({"changed": 60, "same": 0}, {}, [])


def test_an_import_that_changed_something_says_so_once(base: Connection) -> None:
    take_one_by_one(base, CATALOGUE, CATALOGUE)
    with unit_of_work(read_only=True) as session:
        told = session.exec(select(Event).where(Event.name == "exchange.catalog_imported")).all()
    assert [event.topics for event in told] == [["exchange"]]
