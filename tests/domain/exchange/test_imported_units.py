"""Goods with the properties of a unit become units of the house."""

from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from domain.deals.models import Deal
from domain.estate import Availability, Booking, Building, Finish, Section, Unit, UnitKind
from domain.events import Event
from domain.exchange.commerceml.unreadable import Unreadable
from domain.exchange.models import ExternalId
from domain.kernel import clock
from domain.quotes.models import Service
from tests.world import commerceml as xml
from tests.world.onec import Take, count, last_event, unit


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
    before = last_event(session)

    take(xml.flats([101], status=xml.STATUSES["sold"]))

    event = session.exec(select(Event).where(col(Event.id) > before)).one()
    assert (event.name, event.topics) == ("unit.availability_changed", [f"building-{building.id}"])
    assert event.payload["changes"] == {"availability": ["on_sale", "sold"]}


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


@pytest.mark.parametrize("turn", [1, -1], ids=["deleted first", "deleted last"])
def test_a_flat_whose_card_was_made_anew_in_1c_is_the_same_flat(
    session: Session, take: Take, turn: int
) -> None:
    take(xml.flats([101]))
    before = unit(session, 101).id
    cards = [xml.flat(101, attributes=' Статус="Удален"'), xml.flat(101, ref="anew")]
    take(xml.document(xml.catalogue(*cards[::turn])))
    assert (unit(session, 101).id, unit(session, 101).availability) == (before, Availability.ON_SALE)
    take(xml.document(xml.catalogue(cards[0])))
    assert unit(session, 101).availability is Availability.ON_SALE


def test_a_deleted_flat_nobody_knows_is_not_added(session: Session, take: Take) -> None:
    before = count(session, Unit)
    take(xml.document(xml.classifier(), xml.catalogue(xml.flat(101, attributes=' Статус="Удален"'))))
    assert count(session, Unit) == before
