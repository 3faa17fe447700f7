"""The demo 1C and our own site, each as it is: what one sends the other takes."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from domain.estate.models import Availability, Building, Floor, Project, Section, Unit
from domain.quotes.models import Service
from jobs import work
from jobs.onec_demo.site import Site
from tests.onec_demo.client import UNITS, OneC
from tests.web.onec.conftest import work_off
from tests.world.people import PASSWORD

Flat = tuple[str, str]  # building, number
Told = tuple[Decimal | None, Availability, Decimal]


@pytest.fixture
def worker(client: httpx.Client, onec: OneC) -> Iterator[None]:
    """Our site where the demo 1C sends its goods, with a worker at its side."""
    onec.demo.site = Site(f"{client.base_url}/onec/exchange", "onec", PASSWORD)
    leaving = threading.Event()

    def keep_working() -> None:
        while not leaving.wait(0.05):
            work_off()

    thread = threading.Thread(target=keep_working)
    thread.start()
    yield
    leaving.set()
    thread.join()


def send(onec: OneC, **manner: str) -> dict[str, Any]:
    log: dict[str, Any] = onec.http.post("/control/exchange", json=manner).json()
    assert log["ok"], log
    return log


def ours() -> dict[Flat, Told]:
    query = (
        select(Building.name, Unit)
        .select_from(Unit)
        .join(Floor)
        .join(Section)
        .join(Building)
        .join(Project)
        .where(col(Project.name) == "Сосновый берег")
    )
    with work.unit_of_work(read_only=True) as session:
        units = session.exec(query).all()
        return {(name, unit.number): (unit.price, unit.availability, unit.area_total) for name, unit in units}


def theirs(onec: OneC) -> dict[Flat, Told]:
    """«Забронирована» is on sale underneath: bookings are ours."""
    meaning = {
        "НаДоговоре": Availability.CONTRACT,
        "Продана": Availability.SOLD,
        "НеВПродаже": Availability.OFF,
    }
    return {
        (row["Дом"], row["НомерПомещения"]): (
            Decimal(str(row["Цена"])),
            meaning.get(row["СтатусПомещения"], Availability.ON_SALE),
            Decimal(str(row["ОбщаяПлощадь"])),
        )
        for row in onec.demo.base.store.rows(UNITS)
    }


@pytest.mark.parametrize(("namespace", "encoding"), [
    ("", "windows-1251"), ("commerceml_2", "utf-8"), ("commerceml_210", "windows-1251"),
])  # fmt: skip
def test_flats_and_services_arrive_whole(onec: OneC, worker: None, namespace: str, encoding: str) -> None:
    send(onec, namespace=namespace, encoding=encoding)
    after = ours()
    assert {flat: after[flat] for flat in theirs(onec)} == theirs(onec)
    with work.unit_of_work(read_only=True) as session:
        prices = {each.name: each.price for each in session.exec(select(Service))}
    assert prices["Огнезащита воздуховодов, EI60"] == Decimal("980.50")


def test_changed_prices_and_new_flats_follow_and_nothing_follows_twice(onec: OneC, worker: None) -> None:
    send(onec, mode="full")
    unit = onec.free_unit()
    onec.patch(UNITS, unit["Ref_Key"], Цена=7_250_000.5, СтатусПомещения="Забронирована")
    onec.http.post("/control/units", json={"count": 2})
    log = send(onec, mode="changes")
    assert log["outcome"].startswith("Отправлено: помещений 3")
    assert {flat: told for flat, told in ours().items() if flat in theirs(onec)} == theirs(onec)
    told = ours()
    send(onec, mode="full")
    assert ours() == told
