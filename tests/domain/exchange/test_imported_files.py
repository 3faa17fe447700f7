"""A file as a whole: twice, in any order, and what is told of it."""

import random
from decimal import Decimal

from sqlmodel import Session, select

from domain.exchange.catalogue.report import told
from domain.exchange.models import CatalogueEntry, EntryKind
from domain.quotes.models import Service
from tests.world import commerceml as xml
from tests.world.onec import Take, last_event, unit

WHOLE = xml.document(
    xml.classifier(),
    xml.catalogue(
        *(xml.flat(number) for number in range(101, 121)),
        xml.flat(
            "М1",
            kind="Машино-место",
            floor=-1,
            rooms=None,
            area="13,25",
            living=None,
            kitchen=None,
            finish=None,
        ),
        xml.good("s-1", "Монтаж пожарной сигнализации"),
    ),
    xml.offers(
        *(xml.offer(f"flat-{number}", number * 100_000) for number in range(101, 121)),
        xml.offer("s-1", 1_200),
    ),
)


def test_the_same_file_twice_changes_nothing_and_writes_no_event(session: Session, take: Take) -> None:
    take(WHOLE)
    before = last_event(session)

    again = take(WHOLE)

    assert last_event(session) == before
    assert not again.changed_anything
    assert (again.units, again.prices["same"], again.services["same"]) == ({"same": 21}, 21, 1)


def test_thousands_of_units_cost_a_constant_number_of_questions(take: Take, queries) -> None:  # type: ignore[no-untyped-def]
    whole = xml.document(
        xml.classifier(), xml.catalogue(*(xml.flat(number) for number in range(1_000, 1_400)))
    )
    take(whole)
    with queries(15):
        take(whole)


def test_files_and_their_parts_may_come_in_any_order(session: Session, take: Take) -> None:
    parts = [
        xml.document(xml.classifier()),
        xml.document(xml.catalogue(*(xml.flat(number) for number in range(101, 111)))),
        xml.document(
            xml.offers(*(xml.offer(f"flat-{number}", number * 100_000) for number in range(101, 111)))
        ),
    ]
    for part in (parts[2], parts[0], parts[1]):
        take(part)
    assert [unit(session, number).price for number in range(101, 111)] == [
        number * 100_000 for number in range(101, 111)
    ]
    waiting = select(CatalogueEntry).where(CatalogueEntry.kind == EntryKind.WAITING_OFFER)
    assert session.exec(waiting).all() == []


def test_the_order_of_goods_does_not_matter(session: Session, take: Take) -> None:
    goods = [xml.flat(number, floor=number % 5 + 1) for number in range(101, 141)]
    random.Random(7).shuffle(goods)
    take(xml.document(xml.catalogue(*goods), xml.classifier()))
    assert sorted(unit(session, number).floor.number for number in range(101, 141)) == sorted(
        n % 5 + 1 for n in range(101, 141)
    )


def test_goods_before_their_properties_become_units_when_the_properties_come(
    session: Session, take: Take
) -> None:
    goods = xml.document(xml.catalogue(xml.flat(101)))
    take(goods)
    take(xml.document(xml.classifier()))
    take(goods)
    mistaken = session.exec(select(Service).where(Service.name == "Квартира № 101")).one()
    assert (unit(session, 101).area_total, mistaken.on_offer) == (Decimal("54.30"), False)


def test_a_file_wrong_on_every_line_does_not_fill_the_screen(take: Take) -> None:
    report = take(xml.flats(range(1_000, 1_300), status="Арестована"))
    assert (len(report.remarks), report.left_out) == (200, 100)


def test_the_report_is_told_in_words(take: Take) -> None:
    words = told(take(xml.flats([101, 102], status="Арестована")).as_json())
    assert words["Итог"] == "Помещения: новых 2, изменено 0, без изменений 0; 2 замечания"
    assert len(words["Посмотреть"]) == 2
