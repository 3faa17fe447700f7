"""Contracts and sales: no term, a person's word, back the same day, and what the deal makes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from domain import deals, estate
from domain.deals import rules
from domain.deals.card import card
from domain.estate import Availability, Booking, BookingKind, BookingState, UnitStatus, contracts
from domain.estate.chessboard import read
from domain.estate.prices import change_availability
from domain.events import Event
from domain.kernel.errors import Forbidden, Refused
from domain.parties import find_or_add_person

NOW = datetime(2026, 11, 21, 11, 32, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def booking(session, flat_1, ivanov_deal, anna):
    return deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)


@pytest.fixture
def signed(session, booking, boris):
    contracts.contract(session, booking, number="ДДУ-17", by=boris, now=NOW)
    return booking


def shown(session, unit, now):
    session.flush()
    board = read(session, unit.floor.section.building_id, now=now)
    return next(cell.status for cell in board.cells if cell.id == unit.id)


def test_a_contract_has_no_term(session, signed, flat_1):
    late = signed.until + timedelta(days=30)

    assert estate.expire(session, now=late) == 0
    assert shown(session, flat_1, late) is UnitStatus.CONTRACT
    made = contracts.contract_of(session, signed)
    assert (made.number, made.made_by.login, made.made_at) == ("ДДУ-17", "boris", NOW)


def test_the_accountant_confirms_and_a_manager_does_not(session, booking, anna, olga):
    with pytest.raises(Forbidden, match="бухгалтер"):
        contracts.contract(session, booking, number="1", by=anna, now=NOW)
    contracts.contract(session, booking, number="1", by=olga, now=NOW)


@pytest.mark.parametrize("number", ["", "  ", "1" * 51])
def test_a_contract_has_a_number(session, booking, boris, number):
    with pytest.raises(Refused, match="номер договора"):
        contracts.contract(session, booking, number=number, by=boris, now=NOW)


def test_a_contract_is_neither_cancelled_nor_extended_nor_made_twice(session, signed, anna, boris):
    for verb in (
        lambda: estate.cancel(session, signed, by=anna, now=NOW),
        lambda: estate.extend(session, signed, days=1, by=anna, now=NOW),
        lambda: contracts.contract(session, signed, number="2", by=boris, now=NOW),
    ):
        with pytest.raises(Refused, match="расторжение"):
            verb()


def test_a_booking_past_its_term_is_not_contracted(session, booking, boris):
    with pytest.raises(Refused):
        contracts.contract(session, booking, number="1", by=boris, now=booking.until)


def test_nobody_books_what_is_under_contract(session, signed, flat_1, ivanov_deal, anna):
    with pytest.raises(Refused, match="на договоре"):
        deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)


def test_sold_after_the_contract_only(session, booking, flat_1, boris):
    with pytest.raises(Refused):
        contracts.sell(session, booking, by=boris, now=NOW)
    contracts.contract(session, booking, number="1", by=boris, now=NOW)
    contracts.sell(session, booking, by=boris, now=NOW)

    assert booking.state is BookingState.SOLD and shown(session, flat_1, NOW) is UnitStatus.SOLD


def test_termination_needs_a_reason_and_gives_the_unit_back(
    session, signed, flat_1, ivanov_deal, anna, boris
):
    with pytest.raises(Refused, match="почему"):
        contracts.terminate(session, signed, reason=" ", by=boris, now=NOW)
    with pytest.raises(Forbidden):
        contracts.terminate(session, signed, reason="Отказ банка", by=anna, now=NOW)
    contracts.terminate(session, signed, reason="Отказ банка", by=boris, now=NOW)

    assert shown(session, flat_1, NOW) is UnitStatus.FREE
    assert deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)


def test_termination_offers_to_the_line(session, signed, flat_1, anna, maria, boris, line_of):
    other = line_of(flat_1, maria)
    contracts.terminate(session, signed, reason="Отказ банка", by=boris, now=NOW)

    held = session.exec(
        select(Booking).where(Booking.unit_id == flat_1.id, col(Booking.closed_at).is_(None))
    ).one()
    assert (held.kind, held.deal_id) == (BookingKind.OFFER, other.id)
    with pytest.raises(Refused, match="занято"):
        deals.take_back(session, signed, by=boris, now=NOW)


@pytest.fixture
def line_of(session):
    def stand(unit, user):
        funnel = deals.list_funnels(session)[0]
        person = find_or_add_person(session, name="Петрова", phone="89215550033", by=user, now=NOW)
        deal = deals.open_deal(session, funnel=funnel, title="Ждёт", client=person, by=user, now=NOW)
        deals.join(session, deal, unit, by=user, now=NOW)
        return deal

    return stand


def test_each_step_is_taken_back_the_same_day(session, booking, boris):
    until = booking.until
    contracts.contract(session, booking, number="1", by=boris, now=NOW)
    assert deals.take_back(session, booking, by=boris, now=NOW + HOUR) == "booking.contracted"
    assert (booking.state, booking.until) == (BookingState.ACTIVE, until)

    contracts.contract(session, booking, number="2", by=boris, now=NOW)
    contracts.sell(session, booking, by=boris, now=NOW)
    deals.take_back(session, booking, by=boris, now=NOW + HOUR)
    assert booking.state is BookingState.CONTRACT and contracts.contract_of(session, booking).sold_at is None

    contracts.terminate(session, booking, reason="Ошиблись", by=boris, now=NOW)
    deals.take_back(session, booking, by=boris, now=NOW + HOUR)
    assert booking.state is BookingState.CONTRACT and contracts.contract_of(session, booking).number == "2"


def test_the_next_day_nothing_is_taken_back(session, signed, boris):
    with pytest.raises(Refused, match="в тот же день"):
        deals.take_back(session, signed, by=boris, now=NOW + timedelta(days=1))


def test_what_1c_has_taken_over_is_not_taken_back(session, signed, flat_1, boris):
    flat_1.availability = Availability.CONTRACT
    session.flush()

    with pytest.raises(Refused, match="1С"):
        deals.take_back(session, signed, by=boris, now=NOW + HOUR)


def test_a_deal_refused_meanwhile_gets_no_unit_back(session, signed, ivanov_deal, anna, boris, lost):
    contracts.terminate(session, signed, reason="Отказ банка", by=boris, now=NOW)
    deals.move(session, ivanov_deal, to=lost, version=ivanov_deal.version, by=anna, now=NOW)

    with pytest.raises(Refused, match="в отказе"):
        deals.take_back(session, signed, by=boris, now=NOW + HOUR)


def test_a_deal_is_not_refused_over_a_contract(session, signed, ivanov_deal, anna, boris, lost):
    with pytest.raises(Refused) as no:
        deals.move(session, ivanov_deal, to=lost, version=ivanov_deal.version, by=anna, now=NOW)
    assert "№ 1" in no.value.reasons[0]

    contracts.terminate(session, signed, reason="Отказ банка", by=boris, now=NOW)
    deals.move(session, ivanov_deal, to=lost, version=ivanov_deal.version, by=anna, now=NOW)
    assert ivanov_deal.stage_id == lost.id


def test_stage_rules_see_contracts_and_sales(session, booking, ivanov_deal, boris):
    asked = {"active_booking", "contract"}
    booking.until = datetime.now(UTC) + HOUR
    session.flush()
    assert rules.lacking_of(session, [ivanov_deal.id], asked)[ivanov_deal.id] == {"contract"}
    contracts.contract(session, booking, number="1", by=boris, now=NOW)
    booking.until = datetime.now(UTC) - HOUR
    session.flush()
    assert rules.lacking_of(session, [ivanov_deal.id], asked)[ivanov_deal.id] == set()
    contracts.sell(session, booking, by=boris, now=NOW)
    assert rules.lacking_of(session, [ivanov_deal.id], asked)[ivanov_deal.id] == set()


@pytest.mark.parametrize(
    "said", [Availability.CONTRACT, Availability.SOLD, Availability.OFF, Availability.ON_SALE]
)
def test_whatever_1c_says_the_claim_stays_one(session, signed, flat_1, ivanov_deal, said):
    change_availability(session, {flat_1.id: said}, now=NOW)

    assert [one.booking_id for one in card(session, ivanov_deal, now=NOW).held] == [signed.id]
    wanted = UnitStatus.SOLD if said is Availability.SOLD else UnitStatus.CONTRACT
    assert shown(session, flat_1, NOW) is wanted


def test_one_contract_for_all_of_the_units_or_none(session, booking, flat_2, ivanov_deal, anna, boris):
    other = deals.book(session, ivanov_deal, flat_2, days=1, by=anna, now=NOW)
    contracts.contract_all(session, [other, booking], number="7", by=boris, now=NOW)
    assert {one.state for one in (booking, other)} == {BookingState.CONTRACT}

    with pytest.raises(Refused), session.begin_nested():
        contracts.contract_all(session, [other, booking], number="8", by=boris, now=NOW)


def test_the_card_says_what_each_unit_is(session, signed, ivanov_deal):
    (held,) = card(session, ivanov_deal, now=NOW + timedelta(days=40)).held

    assert (held.state, held.contract, held.is_booked) == (BookingState.CONTRACT, "ДДУ-17", False)


def test_every_step_is_told(session, signed, boris):
    contracts.sell(session, signed, by=boris, now=NOW)
    contracts.terminate(session, signed, reason="Отказ банка", by=boris, now=NOW)
    session.flush()

    names = session.exec(select(Event.name).where(Event.subject_kind == "booking").order_by(col(Event.id)))
    assert list(names) == ["unit.booked", "booking.contracted", "booking.sold", "booking.terminated"]
