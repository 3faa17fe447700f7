"""Waiting lists: who is first is offered what came free, by itself and at once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import deals, estate
from domain.estate import Availability, Booking, BookingKind, BookingState, waiting
from domain.estate import why as explaining
from domain.estate.claims import Taken
from domain.estate.importing import Stock
from domain.estate.prices import change_availability, reprice
from domain.estate.waiting import NotTheirTurn, Waiting, WaitingState
from domain.events import Event
from domain.kernel.errors import Forbidden, Refused
from domain.parties import find_or_add_person

NOW = datetime(2026, 11, 21, 11, 32, 40, tzinfo=UTC)
DAY = timedelta(days=1)


def deal_of(session, user, phone):
    client = find_or_add_person(session, name="Клиент", phone=phone, by=user, now=NOW)
    funnel = deals.list_funnels(session)[0]
    return deals.open_deal(session, funnel=funnel, title="Ждёт", client=client, by=user, now=NOW)


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    """Flat 1 is booked by Anna for a day."""
    return deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)


@pytest.fixture
def second(session, maria):
    return deal_of(session, maria, "89215550101")


@pytest.fixture
def third(session, maria):
    return deal_of(session, maria, "89215550102")


@pytest.fixture
def line(session, held, flat_1, second, third, maria):
    """Two deals of Maria's wait for it, in this order."""
    return [
        deals.join(session, deal, flat_1, by=maria, now=NOW + timedelta(minutes=place))
        for place, deal in enumerate((second, third))
    ]


def offer_of(session, unit):
    session.flush()
    return session.exec(
        select(Booking).where(
            Booking.unit_id == unit.id, Booking.kind == BookingKind.OFFER, col(Booking.closed_at).is_(None)
        )
    ).first()


def told(session, name):
    return session.exec(select(Event).where(Event.name == name).order_by(col(Event.id))).all()


def test_the_line_is_in_the_order_of_time(session, line, flat_1):
    assert [one.id for one in waiting.line(session, flat_1.id)] == [one.id for one in line]


def test_a_deal_has_one_place_for_a_unit(session, line, flat_1, second, maria):
    with pytest.raises(Refused, match="уже в очереди"):
        deals.join(session, second, flat_1, by=maria, now=NOW)


def test_the_database_keeps_one_place_and_one_offer_whoever_writes(session, line, flat_1, second, maria):
    twin = Waiting(unit_id=flat_1.id, deal_id=second.id, who_id=maria.id, place=9, since=NOW)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(twin)
    first, other = line
    with pytest.raises(IntegrityError), session.begin_nested():
        first.state = other.state = WaitingState.OFFERED
        session.flush()


def test_nobody_waits_for_what_is_free_or_already_theirs(session, held, flat_1, flat_2, ivanov_deal, anna):
    with pytest.raises(Refused, match="свободно"):
        deals.join(session, ivanov_deal, flat_2, by=anna, now=NOW)
    with pytest.raises(Refused, match="уже держит"):
        deals.join(session, ivanov_deal, flat_1, by=anna, now=NOW)


def test_one_may_wait_for_what_is_not_for_sale_now(session, flat_2, second, maria):
    flat_2.availability = Availability.OFF
    session.flush()

    assert deals.join(session, second, flat_2, by=maria, now=NOW).place == 1


def test_what_is_released_is_offered_to_the_first_with_the_price_of_the_day(
    session, line, held, flat_1, second, anna, maria
):
    flat_1.price = Decimal(7_123_000)
    session.flush()
    estate.cancel(session, held, by=anna, now=NOW)

    offer = offer_of(session, flat_1)
    assert (offer.deal_id, offer.booked_by_id, offer.price) == (second.id, maria.id, Decimal(7_123_000))
    assert offer.until == NOW.replace(second=0) + DAY
    assert line[0].state is WaitingState.OFFERED and line[0].answer_until == offer.until
    (event,) = told(session, "unit.offered")
    assert (event.actor_id, event.deal_id) == (None, second.id)


def test_why_says_the_line_comes_before_sale(session, line, held, flat_1, anna):
    """Held, what is released is not for everyone yet; offered, it cannot be extended, only answered."""
    before = explaining.why(session, flat_1, now=NOW)
    assert before.releases[-1] == "После этого помещение сначала предложат следующему в очереди"

    estate.cancel(session, held, by=anna, now=NOW)
    offered = explaining.why(session, flat_1, now=NOW)
    assert offered.releases == ["Отказ того, кому предложено, или конец срока на ответ", before.releases[-1]]
    assert [one.deal_id for one in offered.next] == [line[1].deal_id]


def end_by_term(session, held, anna, lost):
    estate.expire(session, now=held.until)


def end_by_refusal(session, held, anna, lost):
    deal = session.get_one(deals.Deal, held.deal_id)
    deals.move(session, deal, to=lost, version=deal.version, by=anna, now=NOW)


def end_by_hand(session, held, anna, lost):
    estate.cancel(session, held, by=anna, now=NOW)


@pytest.mark.parametrize("end", [end_by_term, end_by_refusal, end_by_hand])
def test_however_a_claim_ends_the_first_is_offered(session, line, held, flat_1, second, anna, lost, end):
    end(session, held, anna, lost)

    assert offer_of(session, flat_1).deal_id == second.id


def back_by_odata(session, flat):
    change_availability(session, {flat.id: Availability.ON_SALE}, now=NOW)


def back_by_catalogue(session, flat):
    section = flat.floor.section
    described = estate.importing.Described(
        project=section.building.project.name, building=section.building.name, section=section.number,
        floor=flat.floor.number, kind=flat.kind, number=flat.number, area_total=flat.area_total,
        availability=Availability.ON_SALE,
    )  # fmt: skip
    Stock(session, now=NOW).take([(flat.id, described)])


def back_by_price(session, flat):
    flat.availability, flat.price = Availability.ON_SALE, None
    session.flush()
    reprice(session, {flat.id: 7_000_000})
    waiting.offer_free(session, now=NOW)


@pytest.mark.parametrize("back", [back_by_odata, back_by_catalogue, back_by_price])
def test_a_unit_back_on_sale_is_offered(session, flat_2, second, maria, back):
    flat_2.availability = Availability.OFF
    session.flush()
    deals.join(session, second, flat_2, by=maria, now=NOW)

    back(session, flat_2)

    assert offer_of(session, flat_2).deal_id == second.id


def test_what_1c_does_not_sell_is_not_offered(session, line, held, flat_1, anna):
    flat_1.availability = Availability.SOLD
    session.flush()
    estate.cancel(session, held, by=anna, now=NOW)

    assert offer_of(session, flat_1) is None


def test_yes_makes_an_ordinary_booking_at_the_price_offered(session, line, held, flat_1, second, anna, maria):
    estate.cancel(session, held, by=anna, now=NOW)
    offer = offer_of(session, flat_1)
    price = offer.price
    flat_1.price = price + 50_000
    session.flush()

    deals.accept(session, second, offer, days=7, kind=BookingKind.MORTGAGE, by=maria, now=NOW)

    assert (offer.kind, offer.state, offer.price) == (BookingKind.MORTGAGE, BookingState.ACTIVE, price)
    assert offer.until == datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
    assert line[0].state is WaitingState.TAKEN and second.amount == price


def test_booking_what_one_is_offered_is_saying_yes(session, line, held, flat_1, second, anna, maria):
    estate.cancel(session, held, by=anna, now=NOW)

    booking = deals.book(session, second, flat_1, days=3, by=maria, now=NOW)

    assert booking.kind is BookingKind.VERBAL and len(told(session, "booking.accepted")) == 1


def test_no_gives_it_to_the_next_at_once(session, line, held, flat_1, third, anna, maria):
    estate.cancel(session, held, by=anna, now=NOW)
    waiting.decline(session, offer_of(session, flat_1), by=maria, now=NOW)

    assert (line[0].state, line[1].state) == (WaitingState.DECLINED, WaitingState.OFFERED)
    assert offer_of(session, flat_1).deal_id == third.id


def test_silence_gives_it_to_the_next_and_then_to_everybody(session, line, held, flat_1, third, anna):
    estate.cancel(session, held, by=anna, now=NOW)
    first = offer_of(session, flat_1)

    estate.expire(session, now=first.until - timedelta(seconds=1))
    assert offer_of(session, flat_1) is first
    estate.expire(session, now=first.until)
    other = offer_of(session, flat_1)
    assert (line[0].state, other.deal_id) == (WaitingState.LAPSED, third.id)
    assert other.until == first.until + DAY
    estate.expire(session, now=other.until)

    assert offer_of(session, flat_1) is None and waiting.line(session, flat_1.id) == []
    assert [event.deal_id for event in told(session, "booking.lapsed")] == [first.deal_id, third.id]


def test_days_without_workers_end_in_one_sweep_of_all_that_lapsed(
    session, line, held, flat_1, flat_2, ivanov_deal, second, third, anna, maria
):
    other = deals.book(session, ivanov_deal, flat_2, days=1, by=anna, now=NOW)
    deals.join(session, third, flat_2, by=maria, now=NOW)
    estate.cancel(session, held, by=anna, now=NOW)

    late = NOW + 5 * DAY
    assert estate.expire(session, now=late) == 2
    assert other.state is BookingState.EXPIRED and line[0].state is WaitingState.LAPSED
    offers = {unit.id: offer_of(session, unit) for unit in (flat_1, flat_2)}
    assert {offer.deal_id for offer in offers.values()} == {third.id}
    assert all(offer.until == late.replace(second=0) + DAY for offer in offers.values())


def test_an_offer_past_its_minute_holds_nothing_even_before_the_sweep(
    session, line, held, flat_1, second, third, ivanov_deal, anna, maria
):
    estate.cancel(session, held, by=anna, now=NOW)
    lapsed = offer_of(session, flat_1)

    with pytest.raises(NotTheirTurn, match="Мария"):
        deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=lapsed.until)
    with pytest.raises(Refused):
        deals.accept(session, second, lapsed, days=1, by=maria, now=lapsed.until)


def test_the_next_in_the_line_may_book_what_the_first_let_pass(
    session, line, held, flat_1, third, anna, maria
):
    estate.cancel(session, held, by=anna, now=NOW)
    lapsed = offer_of(session, flat_1)

    booking = deals.book(session, third, flat_1, days=1, by=maria, now=lapsed.until)

    assert (lapsed.state, booking.deal_id) == (BookingState.EXPIRED, third.id)
    assert line[1].state is WaitingState.TAKEN


def test_who_books_by_hand_is_told_whom_it_is_offered_to(session, line, held, flat_1, ivanov_deal, anna):
    estate.cancel(session, held, by=anna, now=NOW)

    with pytest.raises(Taken, match=r"предложено.*Мария"):
        deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)


def test_a_basket_does_not_go_past_a_line(session, line, held, flat_1, flat_2, ivanov_deal, anna):
    estate.cancel(session, held, by=anna, now=NOW)
    lapsed = offer_of(session, flat_1)

    with pytest.raises(Refused) as no:
        deals.book_all(session, ivanov_deal, [flat_1.id, flat_2.id], days=1, by=anna, now=lapsed.until)

    assert any("очередь" in reason for reason in no.value.reasons)


def test_the_head_goes_past_the_line_with_a_reason_and_who_was_offered_waits_again(
    session, line, held, flat_1, ivanov_deal, second, anna, maria, boris
):
    estate.cancel(session, held, by=anna, now=NOW)

    with pytest.raises(Forbidden):
        deals.book_ahead(session, ivanov_deal, flat_1, days=1, reason="просит", by=anna, now=NOW)
    with pytest.raises(Refused, match="почему"):
        deals.book_ahead(session, ivanov_deal, flat_1, days=1, reason=" ", by=boris, now=NOW)
    booking = deals.book_ahead(
        session, ivanov_deal, flat_1, days=1, reason="Оплачен задаток", by=boris, now=NOW
    )

    assert booking.kind is BookingKind.VERBAL
    assert waiting.line(session, flat_1.id)[0].deal_id == second.id
    assert line[0].state is WaitingState.WAITING and line[0].booking_id is None
    assert {event.payload["reason"] for event in told(session, "waiting.passed")} == {"Оплачен задаток"}
    (withdrawn,) = told(session, "booking.withdrawn")
    assert (withdrawn.actor_id, withdrawn.deal_id) == (boris.id, second.id)

    estate.cancel(session, booking, by=boris, now=NOW)
    assert offer_of(session, flat_1).deal_id == second.id


def test_the_head_does_not_go_past_a_booking(session, held, flat_1, second, boris):
    with pytest.raises(Taken):
        deals.book_ahead(session, second, flat_1, days=1, reason="просит", by=boris, now=NOW)


def test_the_head_reorders_with_a_reason(session, line, held, flat_1, third, anna, maria, boris):
    with pytest.raises(Forbidden):
        waiting.reorder(session, line[1], place=1, reason="просит", by=maria, now=NOW)
    waiting.reorder(session, line[1], place=1, reason="Ипотека одобрена", by=boris, now=NOW)

    assert [one.id for one in waiting.line(session, flat_1.id)] == [line[1].id, line[0].id]
    (passed,) = told(session, "waiting.passed")
    assert (passed.subject_id, passed.payload["reason"]) == (line[0].id, "Ипотека одобрена")
    estate.cancel(session, held, by=anna, now=NOW)
    assert offer_of(session, flat_1).deal_id == third.id


def test_one_leaves_by_oneself_or_by_ones_head_only(session, line, flat_1, anna, maria, boris):
    with pytest.raises(Forbidden, match="Мария"):
        waiting.leave(session, line[0], by=anna, now=NOW)
    waiting.leave(session, line[0], by=maria, now=NOW)
    waiting.leave(session, line[1], by=boris, now=NOW)

    assert waiting.line(session, flat_1.id) == []
    with pytest.raises(Refused):
        waiting.leave(session, line[0], by=maria, now=NOW)


def test_a_refused_deal_waits_for_nothing_and_holds_no_offer(
    session, line, held, flat_1, second, third, anna, maria, lost
):
    estate.cancel(session, held, by=anna, now=NOW)
    deals.move(session, second, to=lost, version=second.version, by=maria, now=NOW)
    assert offer_of(session, flat_1).deal_id == third.id
    deals.move(session, third, to=lost, version=third.version, by=maria, now=NOW)

    assert offer_of(session, flat_1) is None and waiting.line(session, flat_1.id) == []


def test_a_deal_that_waits_for_another_unit_leaves_its_line_when_refused(
    session, line, held, flat_1, second, maria, lost
):
    deals.move(session, second, to=lost, version=second.version, by=maria, now=NOW)

    assert [one.id for one in waiting.line(session, flat_1.id)] == [line[1].id]
    assert [event.subject_id for event in told(session, "waiting.left")] == [line[0].id]


def test_an_offer_is_no_booking_yet(session, line, held, flat_1, second, anna, maria):
    estate.cancel(session, held, by=anna, now=NOW)
    offer = offer_of(session, flat_1)
    rules = {"active_booking"}

    with pytest.raises(Refused):
        estate.extend(session, offer, days=1, by=maria, now=NOW)
    assert deals.rules.lacking_of(session, [second.id], rules)[second.id] == rules
    offer.until = datetime.now(UTC) + DAY
    session.flush()
    assert deals.rules.lacking_of(session, [second.id], rules)[second.id] == rules


def test_cancelling_an_offer_is_saying_no(session, line, held, flat_1, anna, maria):
    estate.cancel(session, held, by=anna, now=NOW)
    estate.cancel(session, offer_of(session, flat_1), by=maria, now=NOW)

    assert line[0].state is WaitingState.DECLINED and len(told(session, "booking.declined")) == 1


def test_a_colleague_does_not_answer_for_another(session, line, held, flat_1, anna):
    estate.cancel(session, held, by=anna, now=NOW)

    with pytest.raises(Forbidden, match="Мария"):
        waiting.decline(session, offer_of(session, flat_1), by=anna, now=NOW)


def test_a_deal_on_hold_keeps_its_place_and_is_passed(
    session: Session, line, held, flat_1, second, third, anna
):
    hold = deals.Stage(funnel_id=second.stage.funnel_id, name="Пауза", kind=deals.StageKind.ON_HOLD)
    session.add(hold)
    session.flush()
    second.stage_id = hold.id
    session.flush()

    estate.cancel(session, held, by=anna, now=NOW)

    assert offer_of(session, flat_1).deal_id == third.id and line[0].state is WaitingState.WAITING
