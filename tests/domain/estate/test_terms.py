"""Kinds of bookings and their terms: what is offered, to whom, and how far one goes alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from domain import deals, estate
from domain.estate import BookingKind
from domain.estate.booking import beyond_own_right, term_end
from domain.estate.models import Booking
from domain.estate.terms import Terms, editing, kinds
from domain.events import Event
from domain.kernel.errors import Forbidden, Invalid, Refused, Stale

NOW = datetime(2026, 11, 21, 11, 32, tzinfo=UTC)  # Saturday, 14:32 in Moscow


def book(session, unit, deal, by, *, days, kind=BookingKind.VERBAL):
    return estate.book(session, unit, deal_id=deal.id, days=days, by=by, now=NOW, kind=kind)


def terms_of(session, kind):
    return session.exec(select(Terms).where(Terms.kind == kind)).one()


def test_the_database_begins_with_what_the_market_has(session):
    """The migration and the fallback say the same."""
    for kind in BookingKind:
        here, usual = terms_of(session, kind), kinds.usual(kind)
        for name in ("days", "default_days", "total_days", "own_extensions", "price", "head_only", "at_once"):
            assert getattr(here, name) == getattr(usual, name), (kind, name)


def test_without_a_row_the_usual_terms_hold(session, flat_1, ivanov_deal, anna):
    session.delete(terms_of(session, BookingKind.VERBAL))
    session.flush()

    assert book(session, flat_1, ivanov_deal, anna, days=7).kind is BookingKind.VERBAL


def test_each_kind_has_terms_of_its_own(session, flat_1, ivanov_deal, anna):
    with pytest.raises(Invalid, match="7 или 14"):
        book(session, flat_1, ivanov_deal, anna, days=3, kind=BookingKind.MORTGAGE)

    booking = book(session, flat_1, ivanov_deal, anna, days=14, kind=BookingKind.MORTGAGE)

    assert booking.kind is BookingKind.MORTGAGE and booking.until == term_end(NOW, 14)
    told = session.exec(select(Event).where(Event.name == "unit.booked")).one()
    assert told.payload["kind"] == "mortgage"


def test_a_corporate_booking_is_made_by_a_head(session, flat_1, ivanov_deal, anna, boris):
    with pytest.raises(Forbidden, match="руководитель"):
        book(session, flat_1, ivanov_deal, anna, days=30, kind=BookingKind.CORPORATE)
    book(session, flat_1, ivanov_deal, boris, days=30, kind=BookingKind.CORPORATE)

    assert BookingKind.CORPORATE not in [terms.kind for terms in kinds.choosable(session, anna)]
    assert BookingKind.CORPORATE in [terms.kind for terms in kinds.choosable(session, boris)]


def test_a_basket_has_one_kind_for_all(session, flat_1, flat_2, ivanov_deal, anna):
    held = deals.book_all(
        session, ivanov_deal, [flat_1.id, flat_2.id], days=7, kind=BookingKind.PAID, by=anna, now=NOW
    )

    assert {booking.kind for booking in held} == {BookingKind.PAID}


def test_its_maker_extends_up_to_the_longest_and_the_head_on_from_there(
    session, flat_1, ivanov_deal, anna, boris
):
    booking = book(session, flat_1, ivanov_deal, anna, days=7)

    with pytest.raises(Refused, match="без руководителя можно 7"):
        estate.extend(session, booking, days=1, by=anna, now=NOW)
    estate.extend(session, booking, days=7, by=boris, now=NOW)

    assert booking.until == term_end(NOW, 14)


@given(
    days=st.integers(1, 30), more=st.integers(1, 30), total=st.integers(1, 60), done=st.integers(0, 3),
    own=st.integers(0, 3),
)  # fmt: skip
def test_ones_own_right_never_goes_beyond_the_terms(days, more, total, done, own):
    booking = Booking(booked_at=NOW, until=term_end(NOW, days), extensions=done)
    terms = Terms(
        kind=BookingKind.VERBAL, days=[more], default_days=more, total_days=total, own_extensions=own
    )

    allowed = beyond_own_right(booking, terms, more) is None

    assert allowed == (done < own and days + more <= total)


def test_changed_terms_hold_for_the_next_booking_and_not_for_those_that_stand(
    session, flat_1, flat_2, ivanov_deal, anna, boris
):
    held = book(session, flat_1, ivanov_deal, anna, days=3)
    end = held.until
    verbal = terms_of(session, BookingKind.VERBAL)
    editing.edit(session, verbal, version=1, by=boris, **told(verbal, days=[2, 5], default_days=2))

    with pytest.raises(Invalid):
        book(session, flat_2, ivanov_deal, anna, days=3)
    assert book(session, flat_2, ivanov_deal, anna, days=5).until == term_end(NOW, 5)
    assert held.until == end


def told(terms, **other):
    names = ("days", "default_days", "total_days", "own_extensions", "price", "head_only", "at_once")
    return {name: getattr(terms, name) for name in names} | other


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": []}, "days"),
        ({"days": [3, 1]}, "days"),
        ({"days": [0, 3]}, "days"),
        ({"days": [1, 3, 400]}, "days"),
        ({"default_days": 2}, "default_days"),
        ({"total_days": 6}, "total_days"),
        ({"own_extensions": -1}, "own_extensions"),
        ({"price": -1}, "price"),
        ({"at_once": 0}, "at_once"),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(session, boris, wrong, field):
    verbal = terms_of(session, BookingKind.VERBAL)

    with pytest.raises(Invalid) as no:
        editing.edit(session, verbal, version=1, by=boris, **told(verbal, **wrong))

    assert list(no.value.fields) == [field]


def test_a_save_over_somebody_elses_says_what_stands_there(session, boris):
    verbal = terms_of(session, BookingKind.VERBAL)
    editing.edit(session, verbal, version=1, by=boris, **told(verbal, total_days=10))

    with pytest.raises(Stale) as no:
        editing.edit(session, verbal, version=1, by=boris, **told(verbal, total_days=12))

    assert no.value.theirs == {"total_days": "10"}


def test_the_event_keeps_what_was_and_what_is(session, admin):
    verbal = terms_of(session, BookingKind.VERBAL)
    editing.edit(session, verbal, version=1, by=admin, **told(verbal, own_extensions=2))
    session.flush()

    event = session.exec(select(Event).where(Event.name == "terms.edited")).one()
    assert event.payload["changes"] == {"own_extensions": [1, 2]} and event.payload["of"] == "verbal"


def test_a_booking_over_its_minute_belongs_to_its_makers_alone(session, flat_1, ivanov_deal, anna, maria):
    """A colleague finds what stands on the chessboard; what has run out is no longer there."""
    held = book(session, flat_1, ivanov_deal, anna, days=1)
    held.booked_at, held.until = NOW - timedelta(days=900), NOW - timedelta(days=899)
    session.flush()

    assert estate.get_booking(session, anna, held.id) is held
    with pytest.raises(Exception, match="брони нет"):
        estate.get_booking(session, maria, held.id)
