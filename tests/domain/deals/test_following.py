"""A deal follows its bookings, forward and back, as far as the rules of its stages allow."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import activities, deals, estate
from domain.activities.models import Task
from domain.deals import card, following
from domain.deals.funnels import follow_bookings
from domain.deals.models import StageStay
from domain.events import Event
from domain.kernel import clock
from domain.kernel.errors import Refused

NOW = datetime(2026, 11, 21, 9, 32, tzinfo=UTC)  # Saturday, 12:32 in Moscow


@pytest.fixture
def follows(session, flats, booking_stage, boris):
    follow_bookings(session, flats, stage=booking_stage, steps_back=True, calls_back=True, by=boris)


@pytest.fixture
def ready(session, ivanov_deal, talks, anna):
    """On the second stage, with a step planned: nothing but a unit is lacking."""
    now = clock.now()
    deals.move(session, ivanov_deal, to=talks, version=1, by=anna, now=now)
    activities.plan(session, ivanov_deal, title="Позвонить", due_at=now + timedelta(days=1), by=anna, now=now)
    return ivanov_deal


def book(session, deal, unit, by, *, days=3):
    return deals.book(session, deal, unit, days=days, by=by, now=clock.now())


def gone(session, booking, by, *, now=None):
    """Cancelled, and the relay has come to it."""
    moment = now or clock.now()
    estate.cancel(session, booking, by=by, now=moment)
    session.flush()
    event = session.exec(
        select(Event).where(Event.name == "booking.cancelled", Event.subject_id == booking.id)
    ).one()
    following.after_release(session, event, now=moment)
    session.flush()
    return event


def names(session, deal):
    session.flush()
    return [event.name for event in session.exec(select(Event).where(Event.deal_id == deal.id))]


def test_booked_it_enters_the_stage_by_itself(session, follows, ready, flat_1, booking_stage, anna):
    book(session, ready, flat_1, anna)

    assert ready.stage_id == booking_stage.id


def test_rules_against_it_leave_the_booking_and_say_why(
    session, follows, ivanov_deal, flat_1, new_stage, booking_stage, anna
):
    booking = book(session, ivanov_deal, flat_1, anna)

    assert booking.closed_at is None and ivanov_deal.stage_id == new_stage.id
    assert "deal.move_refused" in names(session, ivanov_deal)
    shown = card.card(session, ivanov_deal, now=clock.now())
    assert shown.behind.stage.id == booking_stage.id
    assert shown.behind.reasons == ("Запланируйте следующий шаг с датой",)


def test_what_is_only_offered_does_not_call_for_the_stage(session, follows, ivanov_deal, flat_1, anna, maria):
    held = book(session, ivanov_deal, flat_1, anna)
    waits = deals.open_deal(
        session, funnel=ivanov_deal.stage.funnel, title="Студия", client=ivanov_deal.person, by=maria,
        now=clock.now(),
    )  # fmt: skip
    deals.join(session, waits, flat_1, by=maria, now=clock.now())
    estate.cancel(session, held, by=anna, now=clock.now())

    shown = card.card(session, waits, now=clock.now())
    assert shown.held[0].is_offer and shown.behind is None


def test_a_funnel_that_does_not_follow_stays(session, ready, talks, flat_1, anna):
    book(session, ready, flat_1, anna)

    assert ready.stage_id == talks.id
    assert card.card(session, ready, now=clock.now()).behind is None


def test_the_last_booking_gone_it_steps_back_with_a_step_planned(
    session, follows, ready, flat_1, flat_2, talks, booking_stage, anna
):
    first, second = book(session, ready, flat_1, anna), book(session, ready, flat_2, anna)

    gone(session, first, anna)
    assert ready.stage_id == booking_stage.id, "one unit is held still"
    event = gone(session, second, anna)

    assert ready.stage_id == talks.id
    planned = session.exec(select(Task).where(Task.deal_id == ready.id, Task.title.startswith("Связаться")))
    assert [task.title for task in planned] == ["Связаться: бронь снята"]
    following.after_release(session, event, now=clock.now())
    stays = session.exec(select(StageStay).where(StageStay.deal_id == ready.id)).all()
    assert len(stays) == 4, "told twice it does nothing twice"


def test_back_as_well_the_rules_have_the_last_word(
    session, follows, ready, flat_1, flats, talks, booking_stage, anna, boris
):
    """Stepping back is a move like any other; without a call planned it is refused here, and told."""
    held = book(session, ready, flat_1, anna)
    talks.rules = ["next_step"]
    flats.calls_back = False
    for task in session.exec(select(Task).where(Task.deal_id == ready.id)):
        activities.finish(session, task, by=anna, now=clock.now())

    gone(session, held, anna)

    assert ready.stage_id == booking_stage.id and "deal.move_refused" in names(session, ready)


def test_a_refused_deal_is_left_alone(session, follows, ready, flat_1, lost, anna):
    held = book(session, ready, flat_1, anna)
    deals.move(session, ready, to=lost, version=ready.version, by=anna, now=clock.now())
    session.flush()
    event = session.exec(
        select(Event).where(Event.name == "booking.cancelled", Event.subject_id == held.id)
    ).one()

    following.after_release(session, event, now=clock.now())

    assert ready.stage_id == lost.id
    assert not session.exec(select(Task).where(Task.title.startswith("Связаться"))).all()


def test_the_amount_follows_the_units_until_somebody_types_another(
    session, ready, flat_1, flat_2, flat_3, anna
):
    ready.amount = None
    first = book(session, ready, flat_1, anna)
    second = book(session, ready, flat_2, anna)
    assert ready.amount == first.price + second.price

    gone(session, first, anna)
    assert ready.amount == second.price

    deals.edit(
        session, ready, version=ready.version, title=ready.title, amount=Decimal(7_000_000),
        responsible_id=anna.id, by=anna, now=clock.now(),
    )  # fmt: skip
    book(session, ready, flat_3, anna)
    gone(session, second, anna)
    assert ready.amount == Decimal(7_000_000)


def test_an_amount_typed_before_is_kept(session, ivanov_deal, flat_1, anna):
    book(session, ivanov_deal, flat_1, anna)

    assert ivanov_deal.amount == Decimal(8_000_000) != flat_1.price


def test_without_units_the_amount_stays_for_the_forecast(session, ready, flat_1, anna):
    ready.amount = None
    held = book(session, ready, flat_1, anna)
    gone(session, held, anna)

    assert ready.amount == held.price


def test_in_the_evening_the_call_is_for_the_morning(session, follows, ready, flat_1, anna):
    held = book(session, ready, flat_1, anna)
    late = clock.now().replace(hour=18, minute=30)  # 21:30 in Moscow
    gone(session, held, anna, now=late)

    task = session.exec(select(Task).where(Task.title.startswith("Связаться"))).one()
    assert (task.due_at.astimezone(UTC).hour, task.due_at > late) == (7, True)


def test_a_stage_of_another_funnel_or_a_closed_one_is_not_for_bookings(session, flats, won):
    with pytest.raises(Refused):
        follow_bookings(session, flats, stage=won, by=None)
