"""A booking exchanged for another unit of the same deal, or handed over to another deal."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import deals, estate
from domain.estate import BookingState, waiting
from domain.estate.claims import Taken
from domain.events import Event
from domain.kernel.errors import Forbidden, Refused, Stale
from domain.parties import find_or_add_person

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def booking(session, flat_1, ivanov_deal, anna):
    return deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=NOW)


@pytest.fixture
def other_deal(session, maria):
    client = find_or_add_person(session, name="Петрова", phone="89215550033", by=maria, now=NOW)
    funnel = deals.list_funnels(session)[0]
    return deals.open_deal(session, funnel=funnel, title="Другая", client=client, by=maria, now=NOW)


def swap(session, booking, unit, by, **other):
    deal = session.get_one(deals.Deal, booking.deal_id)
    given = {"shown": unit.price} | other
    instead = deals.swap(session, deal, booking, unit, by=by, now=NOW, **given)
    session.flush()
    return instead


def test_the_term_goes_over_and_the_price_is_frozen_anew(session, booking, flat_1, flat_2, ivanov_deal, anna):
    estate.extend(session, booking, days=1, by=anna, now=NOW)
    instead = swap(session, booking, flat_2, anna)

    assert (instead.unit_id, instead.deal_id) == (flat_2.id, ivanov_deal.id)
    assert (instead.until, instead.kind, instead.extensions) == (booking.until, booking.kind, 1)
    assert instead.price == flat_2.price != booking.price
    assert booking.state is BookingState.CANCELLED and estate.claims.active(session, flat_1, now=NOW) is None


def test_a_price_that_is_not_the_one_shown_is_refused(session, booking, flat_2, anna):
    with pytest.raises(Stale, match="уже другая"):
        swap(session, booking, flat_2, anna, shown=flat_2.price - 1)


def test_all_or_nothing_when_the_other_unit_is_taken(session, booking, flat_2, other_deal, anna, maria):
    deals.book(session, other_deal, flat_2, days=1, by=maria, now=NOW)

    with pytest.raises(Taken, match="Мария"), session.begin_nested():
        swap(session, booking, flat_2, anna)
    session.refresh(booking)
    assert booking.state is BookingState.ACTIVE


def test_the_amount_that_was_the_sum_follows_and_another_stays(session, booking, flat_2, ivanov_deal, anna):
    ivanov_deal.amount = ivanov_deal.amount_told = booking.price
    session.flush()
    instead = swap(session, booking, flat_2, anna)
    assert ivanov_deal.amount == instead.price

    ivanov_deal.amount = Decimal(5)
    session.flush()
    deals.swap_back(session, ivanov_deal, instead, by=anna, now=NOW)
    assert ivanov_deal.amount == Decimal(5)


def test_back_again_at_the_price_it_was_booked_for(
    session, booking, flat_1, flat_2, ivanov_deal, anna, maria
):
    price = booking.price
    instead = swap(session, booking, flat_2, anna)
    flat_1.price = price + 1
    session.flush()

    with pytest.raises(Refused):
        deals.swap_back(session, ivanov_deal, instead, by=maria, now=NOW)
    before = deals.swap_back(session, ivanov_deal, instead, by=anna, now=NOW)

    assert (before.unit_id, before.price, before.until) == (flat_1.id, price, booking.until)
    assert instead.state is BookingState.CANCELLED


def test_no_way_back_after_ten_minutes_or_when_the_unit_went_on(
    session, booking, flat_1, flat_2, ivanov_deal, other_deal, anna, maria
):
    deals.join(session, other_deal, flat_1, by=maria, now=NOW)
    instead = swap(session, booking, flat_2, anna)

    late = datetime.now(UTC) + timedelta(minutes=11)
    with pytest.raises(Refused, match="нельзя отменить"):
        deals.swap_back(session, ivanov_deal, instead, by=anna, now=late)
    with pytest.raises(Taken, match="предложено"):
        deals.swap_back(session, ivanov_deal, instead, by=anna, now=NOW)


def test_the_released_unit_goes_to_its_line(session, booking, flat_1, flat_2, other_deal, anna, maria):
    deals.join(session, other_deal, flat_1, by=maria, now=NOW)
    swap(session, booking, flat_2, anna)

    assert estate.claims.active(session, flat_1, now=NOW).deal_id == other_deal.id


def test_nobody_swaps_past_a_line_or_what_is_not_theirs(
    session, booking, flat_2, ivanov_deal, other_deal, anna, maria
):
    with pytest.raises(Forbidden, match="Анна"):
        swap(session, booking, flat_2, maria)
    held = deals.book(session, ivanov_deal, flat_2, days=1, by=anna, now=NOW)
    deals.join(session, other_deal, flat_2, by=maria, now=NOW)
    estate.cancel(session, held, by=anna, now=NOW)
    with pytest.raises(Taken):
        swap(session, booking, flat_2, anna)


def transfer(session, booking, to, by, reason="Квартиру берёт сестра"):
    left = session.get_one(deals.Deal, booking.deal_id)
    deals.transfer(session, booking, left=left, to=to, reason=reason, by=by, now=NOW)
    session.flush()


def test_price_and_term_stay_and_who_answers_for_the_deal_holds_it(
    session, booking, other_deal, ivanov_deal, boris, maria
):
    price, until = booking.price, booking.until
    transfer(session, booking, other_deal, boris)

    assert (booking.deal_id, booking.booked_by_id) == (other_deal.id, maria.id)
    assert (booking.price, booking.until) == (price, until) and other_deal.amount == price
    told = session.exec(select(Event).where(Event.payload["reason"].astext != "")).all()
    assert {(event.name, event.deal_id) for event in told} == {
        ("booking.taken_away", ivanov_deal.id),
        ("booking.transferred", other_deal.id),
    }


def test_a_transfer_needs_a_reason_a_right_and_an_open_deal(
    session, booking, other_deal, anna, maria, boris, lost
):
    with pytest.raises(Refused, match="почему"):
        transfer(session, booking, other_deal, boris, reason="")
    with pytest.raises(Forbidden):
        transfer(session, booking, other_deal, maria)
    deals.move(session, other_deal, to=lost, version=other_deal.version, by=maria, now=NOW)
    with pytest.raises(Refused, match="закрыта"):
        transfer(session, booking, other_deal, boris)


def test_a_deal_that_waited_for_the_unit_does_not_wait_any_more(
    session, booking, flat_1, other_deal, maria, boris
):
    deals.join(session, other_deal, flat_1, by=maria, now=NOW)
    transfer(session, booking, other_deal, boris)

    assert waiting.line(session, flat_1.id) == []


def test_a_transfer_is_taken_back(session, booking, other_deal, ivanov_deal, anna, boris):
    transfer(session, booking, other_deal, boris)
    with pytest.raises(Refused):
        deals.transfer_back(session, booking, by=anna, now=NOW)
    deals.transfer_back(session, booking, by=boris, now=NOW)

    assert (booking.deal_id, booking.booked_by_id) == (ivanov_deal.id, anna.id)
