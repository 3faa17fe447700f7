"""A file of 1C becomes units, prices and services; the second time it changes nothing."""

import random
from decimal import Decimal

import pytest
from sqlmodel import Session, col, func, select

from domain.deals.models import Deal
from domain.estate import Availability, Booking, Building, Finish, Section, Unit, UnitKind
from domain.events import Event
from domain.exchange.catalogue.report import told
from domain.exchange.commerceml.unreadable import Unreadable
from domain.exchange.models import CatalogueEntry, Connection, EntryKind, ExternalId
from domain.kernel import clock
from domain.quotes.models import Service
from tests.world import commerceml as xml
from tests.world.onec import Take


def count(session: Session, what: type) -> int:
    return session.exec(select(func.count()).select_from(what)).one()


def unit(session: Session, number: int | str) -> Unit:
    return session.exec(select(Unit).where(Unit.number == str(number))).one()


def names(session: Session, since: int) -> list[str]:
    return list(session.exec(select(Event.name).where(col(Event.id) > since).order_by(col(Event.id))))


def last(session: Session) -> int:
    session.flush()
    return session.exec(select(func.coalesce(func.max(Event.id), 0))).one()


def test_a_flat_is_added_with_everything_the_file_says(session: Session, take: Take) -> None:
    report = take(xml.flats([101]))

    flat = unit(session, 101)
    assert report.units == {"added": 1}
    assert (flat.kind, flat.rooms, flat.area_total, flat.area_living, flat.area_kitchen) == (
        UnitKind.FLAT,
        2,
        Decimal("54.30"),
        Decimal("31.00"),
        Decimal("12.40"),
    )
    assert (flat.finish, flat.availability, flat.price) == (Finish.NONE, Availability.ON_SALE, None)
    assert (flat.floor.number, flat.floor.section.number) == (4, 1)
    assert flat.floor.section.building.project.name == "Речной квартал"


def test_a_unit_already_there_is_recognised_by_its_place(session: Session, take: Take, flat_1: Unit) -> None:
    before = count(session, Unit)

    report = take(xml.flats([1], floor=1, area="36", rooms=0))

    assert count(session, Unit) == before
    assert report.units == {"changed": 1}
    assert flat_1.area_living == Decimal("31.00")


def test_a_new_place_is_arranged_once(session: Session, take: Take) -> None:
    take(
        xml.document(
            xml.classifier(),
            xml.catalogue(*(xml.flat(n, building="Дом 9", section=n % 2 + 1) for n in range(6))),
        )
    )

    nine = session.exec(select(Building).where(Building.name == "Дом 9")).one()
    assert session.exec(
        select(Section.number).where(Section.building_id == nine.id).order_by(col(Section.number))
    ).all() == [1, 2]


@pytest.mark.parametrize(
    "status, availability",
    [
        ("v-free", Availability.ON_SALE),
        ("v-booked", Availability.ON_SALE),
        ("v-contract", Availability.CONTRACT),
        ("v-sold", Availability.SOLD),
        ("v-off", Availability.OFF),
        ("На  договоре", Availability.CONTRACT),
        ("Арестована", Availability.OFF),
    ],
)
def test_the_status_of_1c_becomes_ours(
    session: Session, take: Take, status: str, availability: Availability
) -> None:
    take(xml.flats([101], status=status))
    assert unit(session, 101).availability is availability


def test_an_unknown_status_is_off_sale_and_a_remark(take: Take) -> None:
    (remark,) = take(xml.flats([101], status="Арестована")).remarks
    assert "«Статус»" in remark and "«Арестована»" in remark


def test_a_file_silent_about_the_status_leaves_it(session: Session, take: Take) -> None:
    take(xml.flats([101]))
    take(xml.flats([101], status=None, area="60"))
    assert (unit(session, 101).availability, unit(session, 101).area_total) == (
        Availability.ON_SALE,
        Decimal(60),
    )


def test_a_changed_status_is_told_to_the_boards_of_the_building(
    session: Session, take: Take, building: Building
) -> None:
    take(xml.flats([101]))
    before = last(session)

    take(xml.flats([101], status=xml.STATUSES["sold"]))

    event = session.exec(select(Event).where(col(Event.id) > before)).one()
    assert (event.name, event.topics) == ("unit.availability_changed", [f"building-{building.id}"])
    assert event.payload["changes"] == {"availability": ["on_sale", "sold"]}


def test_a_price_is_of_the_type_the_mapping_names(session: Session, take: Take, building: Building) -> None:
    take(xml.flats([101]))
    before = last(session)

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
    before = last(session)

    again = take(WHOLE)

    assert last(session) == before
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


def test_a_good_deleted_in_1c_goes_off_sale(session: Session, take: Take) -> None:
    take(xml.flats([101, 102]))
    take(
        xml.document(
            xml.catalogue(
                xml.flat(101, attributes=' Статус="Удален"'),
                xml.good("flat-102", "Кв", extra="<ПометкаУдаления>true</ПометкаУдаления>"),
            )
        )
    )
    assert [unit(session, number).availability for number in (101, 102)] == [Availability.OFF] * 2


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


def test_a_good_that_lacks_what_a_unit_needs_is_neither(session: Session, take: Take) -> None:
    before = count(session, Unit)
    report = take(xml.flats([101], area=None, floor=None))
    assert (count(session, Unit), count(session, Service)) == (before, 0)
    assert "«Этаж»" in report.remarks[0] and "«Общая площадь»" in report.remarks[0]


@pytest.mark.parametrize(
    "name, value",
    [
        ("floor", "чердак"),
        ("floor", 9_999),
        ("area", "-5"),
        ("area", "0"),
        ("rooms", 77),
        ("number", "9" * 21),
    ],
)
def test_an_impossible_value_refuses_the_whole_file(
    session: Session, take: Take, name: str, value: object
) -> None:
    before = count(session, Unit)
    whole = xml.document(xml.classifier(), xml.catalogue(xml.flat(101), xml.flat(102, **{name: value})))
    with pytest.raises(Unreadable) as refused, session.begin_nested():
        take(whole)
    assert refused.value.line and "Квартира № 102" in refused.value.reason
    assert count(session, Unit) == before


def test_two_goods_in_one_place_refuse_the_whole_file(session: Session, take: Take) -> None:
    whole = xml.document(xml.classifier(), xml.catalogue(xml.flat(101), xml.flat(101, ref="other")))
    with pytest.raises(Unreadable) as refused, session.begin_nested():
        take(whole)
    assert "101" in refused.value.reason


def test_a_flat_under_a_new_ref_is_the_same_flat(session: Session, take: Take) -> None:
    take(xml.flats([101]))
    before = unit(session, 101).id
    report = take(xml.flats([101], ref="moved-base"))
    link = session.exec(
        select(ExternalId).where(ExternalId.local_id == before, ExternalId.local_kind == "unit")
    ).one()
    assert (unit(session, 101).id, link.external_id) == (before, "moved-base")
    assert "flat-101" in report.remarks[0]


def test_a_flat_that_got_another_number_stays_the_same_flat(session: Session, take: Take) -> None:
    take(xml.flats([101]))
    before = unit(session, 101).id
    take(xml.flats([201], ref="flat-101"))
    assert unit(session, 201).id == before


def test_what_is_booked_here_and_sold_there_is_left_to_a_person(
    session: Session, take: Take, flat_1: Unit
) -> None:
    deal, now = session.exec(select(Deal)).first(), clock.now()
    assert deal
    session.add(
        Booking(
            unit_id=flat_1.id,
            deal_id=deal.id,
            booked_by_id=deal.responsible_id,
            price=1,
            booked_at=now,
            until=now.replace(year=2099),
        )
    )
    report = take(xml.flats([1], floor=1, status=xml.STATUSES["sold"]))
    assert any("забронирован" in remark for remark in report.remarks)


def test_a_file_wrong_on_every_line_does_not_fill_the_screen(take: Take) -> None:
    report = take(xml.flats(range(1_000, 1_300), status="Арестована"))
    assert (len(report.remarks), report.left_out) == (200, 100)


def test_a_new_flat_may_take_the_place_another_has_left(session: Session, take: Take) -> None:
    take(xml.flats([101]))
    before = unit(session, 101).id
    take(xml.document(xml.catalogue(xml.flat(201, ref="flat-101"), xml.flat(101, ref="new"))))
    assert unit(session, 201).id == before
    assert unit(session, 101).id != before


def test_two_flats_that_swap_their_numbers_are_left_to_a_person(session: Session, take: Take) -> None:
    take(xml.flats([101, 102]))
    with pytest.raises(Unreadable), session.begin_nested():
        take(xml.document(xml.catalogue(xml.flat(102, ref="flat-101"), xml.flat(101, ref="flat-102"))))


def test_the_report_is_told_in_words(take: Take) -> None:
    words = told(take(xml.flats([101, 102], status="Арестована")).as_json())
    assert words["Итог"] == "Помещения: новых 2, изменено 0, без изменений 0; 2 замечания"
    assert len(words["Посмотреть"]) == 2
