"""Ordinary goods of 1C are our catalogue of services."""

from decimal import Decimal

from sqlmodel import Session, col, select

from domain.quotes.models import Service
from tests.world import commerceml as xml
from tests.world.onec import Take


def test_an_ordinary_good_goes_to_the_service_catalogue(session: Session, take: Take) -> None:
    report = take(
        xml.document(
            xml.classifier(),
            xml.catalogue(xml.good("s-1", "Монтаж окна")),
            xml.offers(xml.offer("s-1", "1200,50")),
        )
    )
    service = session.exec(select(Service).where(Service.name == "Монтаж окна")).one()
    assert report.services["added"] == 1
    assert (service.article, service.measure, service.price, service.vat) == (
        "А-s-1",
        "шт",
        Decimal("1200.50"),
        "Без НДС",
    )


def test_a_service_changed_or_deleted_in_1c_changes_here(session: Session, take: Take) -> None:
    take(xml.document(xml.catalogue(xml.good("s-1", "Монтаж окна"), xml.good("s-2", "Замер"))))
    take(
        xml.document(
            xml.catalogue(
                xml.good("s-1", "Монтаж окон"), xml.good("s-2", "Замер", attributes=' Статус="Удален"')
            )
        )
    )
    found = session.exec(select(Service.name, Service.on_offer).order_by(col(Service.id))).all()
    assert found == [("Монтаж окон", True), ("Замер", False)]


def test_each_characteristic_is_a_line_of_its_own(session: Session, take: Take) -> None:
    take(
        xml.document(
            xml.catalogue(xml.good("s-1", "Окно")),
            xml.offers(
                xml.offer("s-1#w", 100, name="Окно (белое)"), xml.offer("s-1#b", 120, name="Окно (бурое)")
            ),
        )
    )
    found = dict(session.exec(select(Service.name, Service.price)).all())
    assert found == {"Окно": None, "Окно (белое)": Decimal(100), "Окно (бурое)": Decimal(120)}
