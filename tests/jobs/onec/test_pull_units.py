"""What changes in 1C is here at the next look; what is unclear waits for a person."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from domain.access import User
from domain.deals.models import Deal
from domain.estate.models import Availability, Project, Unit
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master
from domain.events import Event
from domain.exchange import stock
from domain.exchange.mapping import Units
from domain.exchange.models import Connection, ConnectionKind, ExternalId, Message, MessageState
from domain.kernel import clock
from jobs.onec.pull_units import pull, pull_units
from jobs.work import unit_of_work
from tests.jobs.conftest import UNIT, book, drain, look, told
from tests.onec_demo.conftest import OneC


def row_of(base_1c: OneC, number: str) -> dict[str, Any]:
    return base_1c.rows(UNIT, filter=f"НомерПомещения eq '{number}'")[0]


def change(base_1c: OneC, unit: Unit, **changes: Any) -> None:
    answer = base_1c.patch(UNIT, row_of(base_1c, unit.number)["Ref_Key"], **changes)
    assert answer.status_code == 200, answer.text


def remarks() -> list[str]:
    (message,) = told("reconciliation")
    return list(message.report["remarks"].values())


def test_units_of_1c_are_recognised_by_their_place(matched: Connection, session: Session) -> None:
    links = session.exec(select(ExternalId).where(ExternalId.connection_id == matched.id)).all()

    assert {link.local_id for link in links} == set(session.exec(select(Unit.id)))
    assert remarks() == []


def test_or_by_the_catalogue_of_the_site_exchange(
    connection: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    change(base_1c, flat_1, Дом="Корпус А")
    catalogue = Connection(name="Каталог", kind=ConnectionKind.COMMERCEML)
    session.add(catalogue)
    session.flush()
    ref = str(row_of(base_1c, flat_1.number)["Ref_Key"])
    link = ExternalId(
        connection_id=catalogue.id,
        entity="Товар",
        external_id=ref.upper(),
        local_kind="unit",
        local_id=flat_1.id,
    )
    session.add(link)
    session.commit()

    pull(connection.id)

    found = select(ExternalId.external_id).where(
        ExternalId.connection_id == connection.id, ExternalId.local_id == flat_1.id
    )
    assert session.exec(found).one() == ref


def test_a_price_changed_in_1c_is_here_and_its_event_names_the_building(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    change(base_1c, flat_1, Цена=7_123_456.78)

    look(matched)

    session.refresh(flat_1)
    assert flat_1.price == Decimal("7123456.78")
    event = session.exec(select(Event).where(Event.name == "unit.repriced")).one()
    assert (event.subject_id, event.actor_id) == (flat_1.id, None)
    assert event.topics == [f"building-{flat_1.floor.section.building_id}"]
    (report,) = told("prices")
    assert (report.state, report.report) == (
        MessageState.DONE,
        {"repriced": 1, "turned": 0, "units": [flat_1.id]},
    )


def test_a_flat_sold_in_1c_is_sold_here(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    change(base_1c, flat_1, СтатусПомещения="Продана")

    look(matched)

    session.refresh(flat_1)
    assert flat_1.availability is Availability.SOLD


def test_a_look_at_nothing_new_asks_for_no_rows_and_writes_nothing(
    matched: Connection, base_1c: OneC, session: Session
) -> None:
    base_1c.demo.journal.clear()
    before = [len(session.exec(select(table)).all()) for table in (Event, Message)]

    look(matched)

    assert len(base_1c.demo.journal.as_list()) == 1
    assert [len(session.exec(select(table)).all()) for table in (Event, Message)] == before


def test_a_row_saved_without_a_change_changes_nothing_here(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    change(base_1c, flat_1, Цена=float(flat_1.price or 0))

    look(matched)

    assert told("prices") == []
    assert session.exec(select(Event).where(Event.name == "unit.repriced")).all() == []


def test_the_same_rows_taken_again_in_any_order_change_nothing(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    change(base_1c, flat_1, Цена=7_000_000)
    look(matched)
    before = len(session.exec(select(Event.id)).all())
    rows = base_1c.rows(UNIT, orderby="Ref_Key")

    for shuffled in (rows, rows[::-1], rows[5:] + rows[:5]):
        with unit_of_work() as own:
            keys = [row["Ref_Key"] for row in rows]
            stock.take(own, matched.id, Units(), shuffled, listed=keys, now=clock.now())

    assert len(session.exec(select(Event.id)).all()) == before
    assert len(told("prices")) == 1


def test_the_echo_of_our_own_booking_takes_no_unit_off_sale(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit, ivanov_deal: Deal
) -> None:
    base_1c.switch(posting_books_unit=True)
    book(flat_1, ivanov_deal)
    drain()
    assert row_of(base_1c, flat_1.number)["СтатусПомещения"] == "Забронирована"

    look(matched)

    session.refresh(flat_1)
    assert flat_1.availability is Availability.ON_SALE
    assert told("prices") == []


def test_an_unknown_state_is_not_for_sale_and_a_person_is_told(
    connection: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    with unit_of_work() as own:
        own.get_one(Connection, connection.id).mapping = {
            "units": {"statuses": {"Свободна": "on_sale", "НеВПродаже": "off"}}
        }
    change(base_1c, flat_1, СтатусПомещения="НаДоговоре")

    pull(connection.id)

    session.refresh(flat_1)
    assert flat_1.availability is Availability.OFF
    (remark,) = remarks()
    assert "НаДоговоре" in remark
    assert flat_1.number in remark


def test_a_unit_unknown_here_is_told_once_and_taken_when_it_appears(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    like = row_of(base_1c, flat_1.number)
    same = ("ЖК", "Дом", "Подъезд", "Этаж", "ВидПомещения", "СтатусПомещения")
    base_1c.create(UNIT, НомерПомещения="99", Цена=9_000_000, **{name: like[name] for name in same})
    look(matched)
    (remark,) = remarks()
    base_1c.demo.journal.clear()
    look(matched)
    asked_again = len(base_1c.demo.journal.as_list())

    new = Unit(floor_id=flat_1.floor_id, number="99", area_total=Decimal(40))
    session.add(new)
    session.commit()
    look(matched)

    session.refresh(new)
    assert "99" in remark
    assert asked_again == 1
    assert (new.price, new.availability, remarks()) == (Decimal(9_000_000), Availability.ON_SALE, [])


def test_a_unit_marked_for_deletion_is_not_for_sale(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    change(base_1c, flat_1, DeletionMark=True)

    look(matched)

    session.refresh(flat_1)
    assert flat_1.availability is Availability.OFF
    assert len(remarks()) == 1


def test_keys_in_capitals_are_the_same_keys(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit
) -> None:
    base_1c.switch(uppercase_guids=True)
    change(base_1c, flat_1, Цена=7_000_000)

    look(matched)

    session.refresh(flat_1)
    assert flat_1.price == Decimal(7_000_000)
    assert remarks() == []


def test_many_rows_come_page_by_page_and_none_is_lost(
    connection: Connection, base_1c: OneC, session: Session, monkeypatch: Any
) -> None:
    monkeypatch.setattr("jobs.clients.onec_odata.PAGE", 5)

    pull(connection.id)

    links = session.exec(select(ExternalId).where(ExternalId.connection_id == connection.id)).all()
    assert len(links) == 12


def test_a_turn_is_taken_by_one(matched: Connection, base_1c: OneC) -> None:
    base_1c.demo.journal.clear()

    look(matched)
    pull_units.fn(matched.id)

    assert len(base_1c.demo.journal.as_list()) == 1


def test_a_look_that_takes_long_is_not_overtaken(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, seen = threading.Event(), threading.Event()
    looks: list[int] = []

    def take_long(connection_id: int) -> None:
        looks.append(connection_id)
        looking.set()
        assert seen.wait(30)

    monkeypatch.setattr("jobs.onec.pull_units.pull", take_long)
    slow = threading.Thread(target=look, args=(connection,))
    slow.start()
    assert looking.wait(30)

    look(connection)
    seen.set()
    slow.join()

    assert looks == [connection.id]


def test_a_base_without_units_is_not_asked_for_them(connection: Connection, base_1c: OneC) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, connection.id).mapping = {"units": {"set_name": ""}}
    base_1c.demo.journal.clear()

    look(connection)

    assert base_1c.demo.journal.as_list() == []


def test_the_address_is_short_enough_for_iis(connection: Connection, base_1c: OneC, session: Session) -> None:
    base_1c.switch(short_urls=True)
    like = base_1c.rows(UNIT, orderby="Ref_Key", top="1")[0]
    same = ("ЖК", "Дом", "Подъезд", "Этаж", "ВидПомещения", "СтатусПомещения")
    for number in range(100, 130):
        base_1c.create(UNIT, НомерПомещения=str(number), **{name: like[name] for name in same})

    pull(connection.id)

    assert len(remarks()) == 30


def test_where_price_lists_are_the_master_a_price_of_1c_is_a_line_in_the_reconciliation(
    matched: Connection, base_1c: OneC, session: Session, flat_1: Unit, river: Project, boris: User
) -> None:
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    session.commit()
    before = flat_1.price
    change(base_1c, flat_1, Цена=7_000_000, СтатусПомещения="Продана")

    look(matched)

    session.refresh(flat_1)
    assert (flat_1.price, flat_1.availability) == (before, Availability.SOLD)
    (remark,) = remarks()
    assert "7\xa0000\xa0000\xa0₽ из 1С не взята" in remark
