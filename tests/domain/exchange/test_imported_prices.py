"""Prices of an offer reach the units they are for, and nothing else."""

from decimal import Decimal

from sqlmodel import Session, col, select

from domain.estate import Building
from domain.events import Event
from domain.exchange.models import Connection
from tests.world import commerceml as xml
from tests.world.onec import Take, last_event, unit


def test_a_price_is_of_the_type_the_mapping_names(session: Session, take: Take, building: Building) -> None:
    take(xml.flats([101]))
    before = last_event(session)

    report = take(xml.document(xml.offers(xml.offer("flat-101", "7 840 000,00", staff=1))))

    event = session.exec(select(Event).where(col(Event.id) > before)).one()
    assert (report.prices, unit(session, 101).price) == ({"changed": 1, "same": 0}, Decimal(7_840_000))
    assert (event.name, event.topics) == ("unit.repriced", [f"building-{building.id}"])
    assert event.payload["changes"] == {"price": [None, "7840000.00"]}


def test_without_the_named_type_the_first_one_is_the_price(session: Session, take: Take) -> None:
    take(xml.flats([101]))
    types = xml.price_types({xml.STAFF: "Базовая", xml.RETAIL: "Ещё одна"})
    take(xml.document(xml.offers(xml.offer("flat-101", 9, staff=5_000_000), types=types)))
    assert unit(session, 101).price == Decimal(5_000_000)


def test_a_package_of_other_prices_does_not_touch_the_named_ones(session: Session, take: Take) -> None:
    take(xml.document(xml.classifier(), xml.catalogue(xml.flat(101)), xml.offers(xml.offer("flat-101", 7))))
    purchase = xml.price_types({xml.STAFF: "Закупочная"})
    take(xml.document(xml.offers(xml.offer("flat-101", staff=3), types=purchase)))
    assert unit(session, 101).price == 7


def test_types_of_prices_may_come_in_a_file_of_their_own(session: Session, take: Take) -> None:
    take(xml.document(xml.classifier(price_types=xml.price_types()), xml.catalogue(xml.flat(101))))
    take(xml.document(xml.offers(xml.offer("flat-101", 7, staff=3), types="")))
    assert unit(session, 101).price == 7


def test_the_mapping_of_the_connection_outweighs_the_default(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    catalogue_base.mapping = {
        "price_type": "Для сотрудников",
        "properties": {"Корпус": "building", "Этажность": "floor", "№": "number", "Метраж": "area_total"},
        "project": "Лесной",
    }
    renamed = {"p-building": "Корпус", "p-floor": "Этажность", "p-number": "№", "p-area": "Метраж"}
    take(
        xml.document(
            xml.classifier(renamed),
            xml.catalogue(xml.flat(101)),
            xml.offers(xml.offer("flat-101", 9, staff=8)),
        )
    )
    flat = unit(session, 101)
    assert (flat.floor.section.building.project.name, flat.area_total, flat.price) == (
        "Лесной",
        Decimal("54.30"),
        Decimal(8),
    )


def test_a_price_of_zero_means_not_priced(session: Session, take: Take) -> None:
    take(xml.document(xml.classifier(), xml.catalogue(xml.flat(101)), xml.offers(xml.offer("flat-101", 5))))
    take(xml.document(xml.offers(xml.offer("flat-101", 0))))
    assert unit(session, 101).price is None


def test_a_price_in_dollars_is_left_for_a_person(session: Session, take: Take) -> None:
    take(xml.flats([101]))
    report = take(xml.document(xml.offers(xml.offer("flat-101", 90_000, currency="USD"))))
    assert unit(session, 101).price is None
    assert "USD" in report.remarks[0]


def test_a_price_file_touches_nothing_but_prices(session: Session, take: Take) -> None:
    take(xml.document(xml.classifier(), xml.catalogue(xml.flat(101)), xml.offers(xml.offer("flat-101", 5))))
    before = unit(session, 101).model_dump(exclude={"price"})
    take(
        xml.document(
            xml.offers(xml.bare_price("flat-101", 6), types=""),
            version="3.1",
            namespace="urn:1C.ru:commerceml_3",
        )
    )
    assert unit(session, 101).price == 6
    assert unit(session, 101).model_dump(exclude={"price"}) == before
