"""What jobs are tested with: a database of their own, and a demo 1C over real HTTP with our units in it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from domain.access import User
from domain.deals.models import Deal
from domain.estate import Booking, Unit, booking
from domain.exchange import claiming
from domain.exchange.models import Connection, ConnectionKind, Message
from domain.kernel import clock
from jobs import main as couriers  # noqa: F401  every courier is known
from jobs.clients import onec_odata
from jobs.deliver import deliver
from jobs.onec.pull_units import pull, pull_units
from jobs.onec_demo.app import create
from jobs.relay import relay
from jobs.work import unit_of_work
from tests.fixtures import Database
from tests.onec_demo.client import OneC, serving
from tests.world import places

PASSWORD_VARIABLE = "KARKAS_TEST_ONEC_PASSWORD"
UNIT = "Catalog_Помещения"
COUNTERPARTY = "Catalog_Контрагенты"
RESERVATION = "Document_БронированиеПомещения"


@pytest.fixture(scope="session")
def served_1c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneC]:
    folder = tmp_path_factory.mktemp("onec-of-jobs")
    (folder / "units.json").write_text(json.dumps([flat(number) for number in range(1, 13)]), "utf-8")
    application = create(folder / "base.sqlite", units_file=folder / "units.json")
    user = application.demo.user
    with serving(application) as address:
        auth = httpx.BasicAuth(user.login.encode(), user.password.encode())
        with httpx.Client(base_url=address, auth=auth, timeout=10) as http:
            yield OneC(http, application.demo, address)


def flat(number: int) -> dict[str, Any]:
    """As `tests.world.places` has it."""
    floor, place = (number - 1) // places.FLATS_ON_A_FLOOR + 1, (number - 1) % places.FLATS_ON_A_FLOOR + 1
    return {
        "ЖК": "Речной квартал",
        "Дом": "Дом 1",
        "Подъезд": "1",
        "Этаж": floor,
        "НомерПомещения": str(number),
        "ВидПомещения": "Квартира",
        "Цена": 5_000_000 + place * 1_500_000 + floor * 50_000,
        "СтатусПомещения": "НеВПродаже" if number == places.OFF else "Свободна",
    }


@pytest.fixture
def base_1c(served_1c: OneC) -> OneC:
    served_1c.demo.reset()
    return served_1c


@pytest.fixture
def connection(database: Database, base_1c: OneC, valkey: str, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv(PASSWORD_VARIABLE, base_1c.demo.user.password)
    with unit_of_work() as session:
        connection = Connection(
            name="1С тестов",
            kind=ConnectionKind.ODATA,
            base_url=f"{base_1c.address}/base",
            login=base_1c.demo.user.login,
            secret_name=PASSWORD_VARIABLE,
            mapping={"timeout_seconds": 10},
        )
        session.add(connection)
    yield connection
    onec_odata.hang_up()


@pytest.fixture
def matched(connection: Connection) -> Connection:
    """1C and we know each other's units, and all that came of it is through."""
    pull(connection.id)
    drain()
    return connection


@pytest.fixture
def impatient(matched: Connection) -> Connection:
    """We do not wait long for an answer that will not come."""
    with unit_of_work() as session:
        session.get_one(Connection, matched.id).mapping = {"timeout_seconds": 1}
    return matched


def book(flat: Unit, deal: Deal, *, days: int = 3) -> Booking:
    with unit_of_work() as session:
        unit, anna = session.get_one(Unit, flat.id), session.get_one(User, deal.responsible_id)
        return booking.book(session, unit, deal_id=deal.id, days=days, by=anna, now=clock.now())


def cancel(booked: Booking) -> None:
    with unit_of_work() as session:
        anna = session.get_one(User, booked.booked_by_id)
        booking.cancel(session, session.get_one(Booking, booked.id), by=anna, now=clock.now())


def drain(*, hurry: bool = False) -> None:
    """Relay and carry in this process until nothing is due; in a hurry also what waits for its next try."""
    relay.fn()
    for _turn in range(60):
        due = waiting(hurry=hurry)
        if not due:
            return
        for message_id in due:
            deliver.fn(message_id)
    raise AssertionError("the queue does not come to rest")


def look(connection: Connection) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, connection.id).polled_at = None
    pull_units.fn(connection.id)


def waiting(*, hurry: bool) -> list[int]:
    with unit_of_work() as session:
        if hurry:
            put_off = select(Message).where(col(Message.due_at) > clock.now())
            for message in session.exec(put_off):
                message.due_at = clock.now()
            for connection in session.exec(select(Connection)):
                connection.paused_until = None
            session.flush()
        return claiming.due(session, now=clock.now())


def told(kind: str) -> list[Message]:
    """Messages of the kind, in the order they were put."""
    with unit_of_work(read_only=True) as session:
        return list(session.exec(select(Message).where(Message.kind == kind).order_by(col(Message.id))))
