"""Booking: exactly one active claim on a unit, whoever asks and whenever."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain import deals, estate
from domain.estate import Availability, Booking, BookingState
from domain.estate.claims import Taken
from domain.events import Event
from domain.kernel.errors import Forbidden, Invalid, Refused
from jobs import work

NOW = datetime(2026, 11, 21, 11, 32, tzinfo=UTC)  # Saturday, 14:32 in Moscow


def book(session, unit, deal, by, *, days=3, now=NOW):
    return estate.book(session, unit, deal_id=deal.id, days=days, by=by, now=now)


def test_a_booking_freezes_the_price_and_runs_to_the_closing_hour(session, flat_1, ivanov_deal, anna):
    booking = book(session, flat_1, ivanov_deal, anna)
    price = booking.price

    flat_1.price = Decimal(1)

    assert booking.price == price != Decimal(1)
    assert booking.until == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # Tuesday, 18:00 in Moscow


def test_the_second_one_reads_who_booked_it_when_and_until_when(session, flat_1, ivanov_deal, anna, maria):
    book(session, flat_1, ivanov_deal, anna)

    with pytest.raises(Taken) as no:
        book(session, flat_1, ivanov_deal, maria, now=NOW + timedelta(minutes=5))

    for word in ("Анна Королёва", "14:32", "18:00"):
        assert word in no.value.sentence


@pytest.mark.parametrize("base", [Availability.SOLD, Availability.CONTRACT, Availability.OFF])
def test_what_is_not_on_sale_is_not_booked(session, flat_1, ivanov_deal, anna, base):
    flat_1.availability = base
    session.flush()

    with pytest.raises(Refused):
        book(session, flat_1, ivanov_deal, anna)


def test_what_has_no_price_is_not_booked(session, flat_1, ivanov_deal, anna):
    flat_1.price = None
    session.flush()

    with pytest.raises(Refused, match="цен"):
        book(session, flat_1, ivanov_deal, anna)


def test_only_one_three_or_seven_days(session, flat_1, ivanov_deal, anna):
    with pytest.raises(Invalid, match="1, 3 или 7"):
        book(session, flat_1, ivanov_deal, anna, days=30)


def test_a_booking_past_its_term_holds_nothing_even_before_the_sweep(
    session, flat_1, ivanov_deal, anna, maria
):
    first = book(session, flat_1, ivanov_deal, anna)

    second = book(session, flat_1, ivanov_deal, maria, now=first.until)

    assert (first.state, second.state) == (BookingState.EXPIRED, BookingState.ACTIVE)


def test_the_sweep_frees_what_is_due_and_only_that(session, flat_1, flat_2, ivanov_deal, anna):
    short, long = (
        book(session, flat_1, ivanov_deal, anna, days=1),
        book(session, flat_2, ivanov_deal, anna, days=7),
    )

    assert estate.expire(session, now=short.until - timedelta(seconds=1)) == 0
    assert estate.expire(session, now=short.until) == 1
    assert (short.state, long.state) == (BookingState.EXPIRED, BookingState.ACTIVE)
    event = session.exec(select(Event).where(Event.name == "booking.expired")).one()
    assert event.actor_id is None and event.deal_id == ivanov_deal.id


def test_ones_own_booking_is_cancelled_and_the_unit_is_free(session, flat_1, ivanov_deal, anna):
    estate.cancel(session, book(session, flat_1, ivanov_deal, anna), by=anna, now=NOW)

    assert book(session, flat_1, ivanov_deal, anna).state is BookingState.ACTIVE


def test_a_colleague_may_not_cancel_but_the_head_may(session, flat_1, ivanov_deal, anna, maria, boris):
    booking = book(session, flat_1, ivanov_deal, anna)

    with pytest.raises(Forbidden, match="Анна"):
        estate.cancel(session, booking, by=maria, now=NOW)
    estate.cancel(session, booking, by=boris, now=NOW)


def test_a_manager_extends_once_and_the_head_again(session, flat_1, ivanov_deal, anna, boris):
    booking = book(session, flat_1, ivanov_deal, anna, days=1)
    end = booking.until

    estate.extend(session, booking, days=1, by=anna, now=NOW)
    with pytest.raises(Refused, match="руководител"):
        estate.extend(session, booking, days=1, by=anna, now=NOW)
    estate.extend(session, booking, days=1, by=boris, now=NOW)

    assert booking.until == end + timedelta(days=2)


def test_what_is_over_is_neither_cancelled_nor_extended(session, flat_1, ivanov_deal, anna):
    booking = book(session, flat_1, ivanov_deal, anna)

    for verb in (
        lambda: estate.cancel(session, booking, by=anna, now=booking.until),
        lambda: estate.extend(session, booking, days=1, by=anna, now=booking.until),
    ):
        with pytest.raises(Refused):
            verb()


def test_every_open_screen_that_shows_it_is_told(session, flat_1, ivanov_deal, flats, anna):
    book(session, flat_1, ivanov_deal, anna)
    session.flush()

    event = session.exec(select(Event).where(Event.name == "unit.booked")).one()

    building = flat_1.floor.section.building_id
    board = {f"funnel-{flats.id}", f"stage-{ivanov_deal.stage_id}"}
    assert set(event.topics) == board | {
        f"building-{building}",
        f"unit-{flat_1.id}",
        f"deal-{ivanov_deal.id}",
    }


def test_a_deal_without_an_amount_takes_the_price_and_a_closed_deal_books_nothing(
    session, flat_1, flat_2, ivanov_deal, anna, lost
):
    ivanov_deal.amount = None
    booking = deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)
    assert ivanov_deal.amount == booking.price

    deals.move(session, ivanov_deal, to=lost, version=ivanov_deal.version, by=anna, now=NOW)
    with pytest.raises(Refused):
        deals.book(session, ivanov_deal, flat_2, days=1, by=anna, now=NOW)


def race(unit_id, deal_id, people, *, guarded=True):
    """Everyone books at once, each in a transaction of their own; returns the outcomes."""
    barrier = threading.Barrier(len(people), timeout=10)
    outcomes = []

    def attempt(person):
        with Session(work.engine()) as session:
            unit, by = session.get(estate.Unit, unit_id), session.merge(person)
            barrier.wait()
            try:
                if guarded:
                    estate.book(session, unit, deal_id=deal_id, days=1, by=by, now=NOW)
                else:
                    unguarded(session, unit, deal_id, by)
                session.commit()
                outcomes.append("won")
            except (Refused, IntegrityError) as no:
                outcomes.append(type(no).__name__)

    threads = [threading.Thread(target=attempt, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def unguarded(session, unit, deal_id, by):
    """What a careless writer does: looks, then writes."""
    free = not session.exec(
        select(Booking).where(Booking.unit_id == unit.id, Booking.state == "active")
    ).all()
    threading.Event().wait(0.05)
    if free:
        session.add(
            Booking(unit_id=unit.id, deal_id=deal_id, booked_by_id=by.id, price=1, booked_at=NOW,
                    until=NOW + timedelta(days=1))
        )  # fmt: skip
        session.flush()


def active_claims(session, unit_id):
    session.rollback()
    claims = sa.select(sa.func.count()).where(
        Booking.unit_id == unit_id, Booking.state == BookingState.ACTIVE
    )
    return session.execute(claims).scalar_one()


def test_of_six_at_once_exactly_one_wins_and_the_rest_are_told(
    database, session, flat_1, ivanov_deal, anna, maria
):
    outcomes = race(flat_1.id, ivanov_deal.id, [anna, maria] * 3)

    assert sorted(outcomes) == ["Taken"] * 5 + ["won"]
    assert active_claims(session, flat_1.id) == 1


def test_a_careless_writer_is_stopped_by_the_index(database, session, flat_1, ivanov_deal, anna, maria):
    race(flat_1.id, ivanov_deal.id, [anna, maria] * 3, guarded=False)

    assert active_claims(session, flat_1.id) == 1


def test_control_without_the_index_a_careless_writer_does_sell_twice(
    database, session, flat_1, ivanov_deal, anna, maria
):
    session.commit()
    with database.engine.begin() as owner:
        owner.execute(sa.text("drop index uq_booking_claimed_unit"))

    race(flat_1.id, ivanov_deal.id, [anna, maria] * 3, guarded=False)

    assert active_claims(session, flat_1.id) > 1
