"""Booking a unit: the one place where two people can want the same thing.

Whoever writes a booking (the form, the expiry, 1C, the demo) comes through these verbs. They lock
the unit's row first, so that everyone else waits and then sees what happened; the partial unique
index on active bookings is the last line, which nobody can go around.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import approvals
from domain.access.models import User
from domain.estate import pricing
from domain.estate.claims import (
    DISCOUNT,
    EXTENSION,
    close,
    demand_right,
    free_or_refuse,
    lines,
    lock,
    lock_active,
    lock_all,
    record,
)
from domain.estate.models import Booking, BookingKind, BookingState, Unit
from domain.estate.pricing import Passport
from domain.estate.terms import Terms, allowances, kinds
from domain.kernel import formats
from domain.kernel.errors import Missing, Refused
from domain.kernel.text import _

DAY_ENDS_AT = 18
"""A booking runs to this hour of its last day, when the sales office closes."""

MOST_AT_ONCE = 20
"""Units in one basket."""


price_followers: list[Callable[[Session, Booking, Decimal, User], None]] = []
"""Filled from above: what goes with the frozen price of a booking (before, and who changed it)."""


class NotAllFree(Refused):
    """Some of several units can't be had; `taken` are these, and each has its reason."""

    def __init__(self, refusals: dict[int, Refused]) -> None:
        self.taken = frozenset(refusals)
        super().__init__(
            _("Nothing is booked: not all of these units are free"),
            tuple(no.sentence for no in refusals.values()),
        )


def term_end(start: datetime, days: int) -> datetime:
    """The office's closing hour, `days` days after the start, in the installation's zone."""
    last_day = formats.here(start) + timedelta(days=days)
    return last_day.replace(hour=DAY_ENDS_AT, minute=0, second=0, microsecond=0)


def book(
    session: Session,
    unit: Unit,
    *,
    deal_id: int,
    days: int,
    by: User,
    now: datetime,
    kind: BookingKind = BookingKind.VERBAL,
) -> Booking:
    """Hold the unit and freeze its price for a deal until the end of the term.

    Raises Invalid for a term the kind has not, Taken with the winner's name, LimitReached, or Refused when
    the unit is not for sale or has no price.
    """
    terms = kinds.demand_term(session, kind, days, by=by)
    lock(session, unit)
    price = free_or_refuse(session, unit, deal_id=deal_id, now=now)
    allowances.demand_room(session, terms, deal_id=deal_id, units=[unit.id], by=by, now=now)
    return _hold(session, unit, price, deal_id=deal_id, days=days, kind=kind, by=by, now=now)


def book_all(
    session: Session,
    unit_ids: Iterable[int],
    *,
    deal_id: int,
    days: int,
    by: User,
    now: datetime,
    kind: BookingKind = BookingKind.VERBAL,
) -> list[Booking]:
    """Hold every one of the units for a deal, or none of them.

    Rows are locked in order of their numbers, so baskets that overlap wait for each other and never
    deadlock. Raises NotAllFree with a sentence for each unit that can't be had.
    """
    wanted = sorted(set(unit_ids))
    terms = kinds.demand_term(session, kind, days, by=by)
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Refused(_("Choose from 1 to %(most)s units", most=MOST_AT_ONCE))
    units = lock_all(session, wanted)
    if len(units) < len(wanted):
        raise Missing(_("There is no such unit"))
    prices: dict[int, Decimal] = {}
    refusals: dict[int, Refused] = {}
    for unit in units:
        try:
            prices[unit.id] = free_or_refuse(session, unit, deal_id=deal_id, now=now)
        except Refused as no:
            refusals[unit.id] = no
    if refusals:
        raise NotAllFree(refusals)
    allowances.demand_room(session, terms, deal_id=deal_id, units=wanted, by=by, now=now)
    return [
        _hold(session, unit, prices[unit.id], deal_id=deal_id, days=days, kind=kind, by=by, now=now)
        for unit in units
    ]


def _hold(
    session: Session,
    unit: Unit,
    price: Decimal,
    *,
    deal_id: int,
    days: int,
    kind: BookingKind,
    by: User,
    now: datetime,
) -> Booking:
    made = pricing.compose(session, unit, price, now=now)
    booking = Booking(
        unit_id=unit.id,
        deal_id=deal_id,
        booked_by_id=by.id,
        price=made.total,
        passport=made.as_json(),
        booked_at=now,
        until=term_end(now, days),
        kind=kind,
    )
    try:
        with session.begin_nested():
            session.add(booking)
    except IntegrityError:
        free_or_refuse(session, unit, deal_id=deal_id, now=now)
        raise
    record(
        session,
        "unit.booked",
        booking,
        unit,
        by=by,
        price=booking.price,
        until=booking.until,
        kind=kind.value,
    )
    for line in lines:
        line.booked(session, booking, now=now)
    return booking


def extend(session: Session, booking: Booking, *, days: int, by: User, now: datetime) -> None:
    """Prolong an active booking from its present end, by a term of its kind.

    Its maker goes as far as the terms allow (`beyond_own_right`); a head goes on from there.
    """
    unit = lock_active(session, booking, now=now)
    demand_right(session, booking, by=by)
    if booking.kind is BookingKind.OFFER:
        raise Refused(_("An offer is accepted or declined, not extended"))
    terms = kinds.of(session, booking.kind)
    kinds.demand_offered(terms, days)
    if by.id == booking.booked_by_id and by.chief_id is not None:
        _demand_own_right(booking, terms, days)
    before, booking.until = booking.until, term_end(booking.until, days)
    booking.extensions += 1
    _follow_end(session, booking)
    record(session, "booking.extended", booking, unit, by=by, changes={"until": (before, booking.until)})


def shorten(session: Session, booking: Booking, *, until: datetime, by: User, now: datetime) -> None:
    """The way back from `extend`: the end it had before, unless that has passed already."""
    unit = lock_active(session, booking, now=now)
    demand_right(session, booking, by=by)
    if not now < until < booking.until or booking.extensions == 0:
        raise Refused(_("The end it had before has passed: release the unit instead"))
    before, booking.until = booking.until, until
    booking.extensions -= 1
    _follow_end(session, booking)
    record(session, "booking.shortened", booking, unit, by=by, changes={"until": (before, booking.until)})


def _follow_end(session: Session, booking: Booking) -> None:
    """What is asked about it waits as long as it lasts."""
    for kind in (EXTENSION, DISCOUNT):
        approvals.outlive(session, kind, booking.id, until=booking.until)


def beyond_own_right(booking: Booking, terms: Terms, days: int) -> str | None:
    """Why its maker may not extend so far alone, in words; None when they may."""
    if booking.extensions >= terms.own_extensions:
        return (
            _("You have already extended this booking. Ask your head to extend it further.")
            if booking.extensions
            else _("A booking of this kind is extended by the head only. Ask your head.")
        )
    whole = formats.here(term_end(booking.until, days)).date() - formats.here(booking.booked_at).date()
    if whole.days > terms.total_days:
        return _(
            "That would make %(days)s in all, and %(most)s are allowed without the head. Ask your head.",
            days=formats.days(whole.days),
            most=formats.days(terms.total_days),
        )
    return None


def cancel(session: Session, booking: Booking, *, by: User, now: datetime) -> None:
    """Give the unit back to sale before the term ends."""
    unit = lock_active(session, booking, now=now)
    demand_right(session, booking, by=by)
    close(session, booking, unit, BookingState.CANCELLED, "booking.cancelled", by=by, now=now)


def extend_all(session: Session, bookings: Iterable[Booking], *, days: int, by: User, now: datetime) -> None:
    """Prolong all of the bookings or none."""
    inside = sorted(bookings, key=lambda booking: booking.unit_id)
    lock_all(session, [booking.unit_id for booking in inside])
    for booking in inside:
        extend(session, booking, days=days, by=by, now=now)


def cancel_all(session: Session, bookings: Iterable[Booking], *, by: User, now: datetime) -> None:
    """Give all of the units back or none: the way back from `book_all`."""
    inside = sorted(bookings, key=lambda booking: booking.unit_id)
    lock_all(session, [booking.unit_id for booking in inside])
    for booking in inside:
        cancel(session, booking, by=by, now=now)


def lock_own(session: Session, booking: Booking, *, by: User, now: datetime) -> Unit:
    """Lock the unit of an active booking that is one's own or of one's people, see both as they are now."""
    unit = lock_active(session, booking, now=now)
    demand_right(session, booking, by=by)
    return unit


def refreeze(session: Session, booking: Booking, unit: Unit, made: Passport, *, by: User) -> None:
    """Another frozen price, with what it is made of. The caller holds the unit's lock, see `lock_own`."""
    before, booking.price, booking.passport = booking.price, made.total, made.as_json()
    session.flush()
    record(session, "booking.repriced", booking, unit, by=by, changes={"price": (before, booking.price)})
    for follow in price_followers:
        follow(session, booking, before, by)


def release_all(session: Session, *, deal_id: int, by: User | None, now: datetime) -> int:
    """Free every unit a refused deal holds or waits for; the caller has locked them, see `lock_held`."""
    for line in lines:
        line.refused(session, deal_id, by=by, now=now)
    held = select(Booking).where(Booking.deal_id == deal_id, Booking.state == BookingState.ACTIVE)
    released = 0
    for booking in session.exec(held.order_by(col(Booking.unit_id))).all():
        unit = session.get_one(Unit, booking.unit_id)
        lock(session, unit)
        session.refresh(booking)
        if booking.state is BookingState.ACTIVE:
            close(session, booking, unit, BookingState.CANCELLED, "booking.cancelled", by=by, now=now)
            released += 1
    return released


def expire(session: Session, *, now: datetime, most: int = 200) -> int:
    """Close bookings whose term is over; rows another process is at are left to it. Returns how many."""
    over = (
        select(Booking, Unit)
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .where(Booking.state == BookingState.ACTIVE, col(Booking.until) <= now)
        .order_by(col(Booking.unit_id))
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True, of=[Unit, Booking])
    )
    found = session.exec(over).all()
    for booking, unit in found:
        close(session, booking, unit, BookingState.EXPIRED, "booking.expired", by=None, now=now)
    return len(found)


def _demand_own_right(booking: Booking, terms: Terms, days: int) -> None:
    if refusal := beyond_own_right(booking, terms, days):
        raise Refused(refusal)
