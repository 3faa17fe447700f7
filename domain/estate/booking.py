"""Booking a unit: the one place where two people can want the same thing.

Whoever writes a booking (the form, the expiry, 1C, the demo) comes through these verbs. They lock
the unit's row first, so that everyone else waits and then sees what happened; the partial unique
index on active bookings is the last line, which nobody can go around.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.access.policy import rows_of
from domain.estate import pricing
from domain.estate.models import Availability, Booking, BookingState, Floor, Section, Unit
from domain.estate.pricing import Passport
from domain.kernel import formats
from domain.kernel.db import pick
from domain.kernel.errors import Forbidden, Missing, Refused
from domain.kernel.text import _

TERMS = (1, 3, 7)
"""Days a booking may be made or extended for."""
DAY_ENDS_AT = 18
"""A booking runs to this hour of its last day, when the sales office closes."""
OWN_EXTENSIONS = 1
"""How many times a manager extends without the head."""

MOST_AT_ONCE = 20
"""Units in one basket."""

TopicsOf = Callable[[Session, int], Iterable[str]]
deal_topics: list[TopicsOf] = []
"""Filled from above: which open screens follow a deal (deals are not known here)."""


price_followers: list[Callable[[Session, Booking, Decimal, User], None]] = []
"""Filled from above: what goes with the frozen price of a booking (before, and who changed it)."""


class Taken(Refused):
    """Somebody was first. `booking` is theirs."""

    def __init__(self, unit: Unit, booking: Booking, *, now: datetime) -> None:
        self.booking = booking
        super().__init__(
            _(
                "Unit %(number)s is already booked: %(who)s, %(when)s; until %(until)s",
                number=unit.number,
                who=booking.booked_by.name,
                when=formats.told(booking.booked_at, now=now),
                until=formats.told(booking.until, now=now),
            )
        )


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


def book(session: Session, unit: Unit, *, deal_id: int, days: int, by: User, now: datetime) -> Booking:
    """Hold the unit and freeze its price for a deal until the end of the term.

    Raises Taken with the winner's name, or Refused when the unit is not for sale or has no price.
    """
    if days not in TERMS:
        raise Refused(_("A booking is for 1, 3 or 7 days"))
    _refuse_taken(session, unit, now=now)  # without queueing for the row: of a crowd most come too late
    lock(session, unit)
    price = _free_or_refuse(session, unit, now=now)
    return _hold(session, unit, price, deal_id=deal_id, days=days, by=by, now=now)


def book_all(
    session: Session, unit_ids: Iterable[int], *, deal_id: int, days: int, by: User, now: datetime
) -> list[Booking]:
    """Hold every one of the units for a deal, or none of them.

    Rows are locked in order of their numbers, so baskets that overlap wait for each other and never
    deadlock. Raises NotAllFree with a sentence for each unit that can't be had.
    """
    wanted = sorted(set(unit_ids))
    if days not in TERMS:
        raise Refused(_("A booking is for 1, 3 or 7 days"))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Refused(_("Choose from 1 to %(most)s units", most=MOST_AT_ONCE))
    units = lock_all(session, wanted)
    if len(units) < len(wanted):
        raise Missing(_("There is no such unit"))
    prices: dict[int, Decimal] = {}
    refusals: dict[int, Refused] = {}
    for unit in units:
        try:
            prices[unit.id] = _free_or_refuse(session, unit, now=now)
        except Refused as no:
            refusals[unit.id] = no
    if refusals:
        raise NotAllFree(refusals)
    return [
        _hold(session, unit, prices[unit.id], deal_id=deal_id, days=days, by=by, now=now) for unit in units
    ]


def _hold(
    session: Session, unit: Unit, price: Decimal, *, deal_id: int, days: int, by: User, now: datetime
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
    )
    try:
        with session.begin_nested():
            session.add(booking)
    except IntegrityError:
        _free_or_refuse(session, unit, now=now)
        raise
    _record(session, "unit.booked", booking, unit, by=by, price=booking.price, until=booking.until)
    return booking


def extend(session: Session, booking: Booking, *, days: int, by: User, now: datetime) -> None:
    """Prolong an active booking from its present end. A manager may once; their head, again."""
    if days not in TERMS:
        raise Refused(_("A booking is for 1, 3 or 7 days"))
    unit = _lock_active(session, booking, now=now)
    _demand_right(session, booking, by=by)
    if by.id == booking.booked_by_id and booking.extensions >= OWN_EXTENSIONS and by.chief_id is not None:
        raise Refused(_("You have already extended this booking. Ask your head to extend it further."))
    before, booking.until = booking.until, term_end(booking.until, days)
    booking.extensions += 1
    _record(session, "booking.extended", booking, unit, by=by, changes={"until": (before, booking.until)})


def cancel(session: Session, booking: Booking, *, by: User, now: datetime) -> None:
    """Give the unit back to sale before the term ends."""
    unit = _lock_active(session, booking, now=now)
    _demand_right(session, booking, by=by)
    _close(session, booking, unit, BookingState.CANCELLED, "booking.cancelled", by=by, now=now)


def cancel_all(session: Session, bookings: Iterable[Booking], *, by: User, now: datetime) -> None:
    """Give all of the units back or none: the way back from `book_all`."""
    inside = sorted(bookings, key=lambda booking: booking.unit_id)
    lock_all(session, [booking.unit_id for booking in inside])
    for booking in inside:
        cancel(session, booking, by=by, now=now)


def lock_own(session: Session, booking: Booking, *, by: User, now: datetime) -> Unit:
    """Lock the unit of an active booking that is one's own or of one's people, see both as they are now."""
    unit = _lock_active(session, booking, now=now)
    _demand_right(session, booking, by=by)
    return unit


def refreeze(session: Session, booking: Booking, unit: Unit, made: Passport, *, by: User) -> None:
    """Another frozen price, with what it is made of. The caller holds the unit's lock, see `lock_own`."""
    before, booking.price, booking.passport = booking.price, made.total, made.as_json()
    session.flush()
    _record(session, "booking.repriced", booking, unit, by=by, changes={"price": (before, booking.price)})
    for follow in price_followers:
        follow(session, booking, before, by)


def release_all(session: Session, *, deal_id: int, by: User | None, now: datetime) -> int:
    """Free every unit a refused deal holds; units are locked in order, so no two releases deadlock."""
    held = select(Booking).where(Booking.deal_id == deal_id, Booking.state == BookingState.ACTIVE)
    released = 0
    for booking in session.exec(held.order_by(col(Booking.unit_id))).all():
        unit = session.get_one(Unit, booking.unit_id)
        lock(session, unit)
        session.refresh(booking)
        if booking.state is BookingState.ACTIVE:
            _close(session, booking, unit, BookingState.CANCELLED, "booking.cancelled", by=by, now=now)
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
        .with_for_update(skip_locked=True, of=[Unit, Booking])
    )
    found = session.exec(over).all()
    for booking, unit in found:
        _close(session, booking, unit, BookingState.EXPIRED, "booking.expired", by=None, now=now)
    return len(found)


def active(session: Session, unit: Unit, *, now: datetime) -> Booking | None:
    """The booking that holds the unit now; one past its term holds nothing, swept or not."""
    found = _claim(session, unit)
    return found if found is not None and holds(found, now=now) else None


def holds(booking: Booking, *, now: datetime) -> bool:
    """Whether it holds its unit: a contract and a sale have no term."""
    return booking.closed_at is None and (booking.state is not BookingState.ACTIVE or booking.until > now)


def lock(session: Session, unit: Unit) -> None:
    """Wait for whoever is at this unit, then see it as it is now."""
    session.refresh(unit, with_for_update=True)


def lock_all(session: Session, unit_ids: Iterable[int]) -> list[Unit]:
    """Lock these units, lowest number first, and see them as they are now."""
    rows = select(Unit).where(col(Unit.id).in_(list(unit_ids))).order_by(col(Unit.id))
    locked = rows.with_for_update(of=Unit).execution_options(populate_existing=True)
    return list(session.exec(locked).all())


def lock_held(session: Session, deal_id: int) -> None:
    """Lock the units a deal holds: for who will lock the deal and then free them."""
    held = pick(col(Booking.unit_id)).where(
        col(Booking.deal_id) == deal_id, col(Booking.state) == BookingState.ACTIVE
    )
    if unit_ids := list(session.execute(held).scalars()):
        lock_all(session, unit_ids)


def _claim(session: Session, unit: Unit) -> Booking | None:
    """The booking not closed yet, with its holder, as it is now whatever was read before."""
    holder: Any = Booking.booked_by
    held = (
        select(Booking)
        .join(holder)
        .where(Booking.unit_id == unit.id, col(Booking.closed_at).is_(None))
        .options(contains_eager(holder))
        .execution_options(populate_existing=True)
    )
    return session.exec(held).first()


def _refuse_taken(session: Session, unit: Unit, *, now: datetime) -> None:
    if found := active(session, unit, now=now):
        raise Taken(unit, found, now=now)


def _free_or_refuse(session: Session, unit: Unit, *, now: datetime) -> Decimal:
    """The price to freeze, when the unit is free and for sale."""
    found = _claim(session, unit)
    if found is not None and holds(found, now=now):
        raise Taken(unit, found, now=now)
    if found is not None:
        _close(session, found, unit, BookingState.EXPIRED, "booking.expired", by=None, now=now)
    reasons = {
        Availability.SOLD: _("Unit %(number)s is sold", number=unit.number),
        Availability.CONTRACT: _("Unit %(number)s is under contract", number=unit.number),
        Availability.OFF: _("Unit %(number)s is not for sale", number=unit.number),
    }
    if unit.availability in reasons:
        raise Refused(reasons[unit.availability])
    if unit.price is None:
        raise Refused(_("Unit %(number)s has no price yet", number=unit.number))
    return unit.price


def _lock_active(session: Session, booking: Booking, *, now: datetime) -> Unit:
    unit = session.get_one(Unit, booking.unit_id)
    lock(session, unit)
    session.refresh(booking)
    if booking.state is not BookingState.ACTIVE or booking.until <= now:
        raise Refused(_("This booking is already over"))
    return unit


def _demand_right(session: Session, booking: Booking, *, by: User) -> None:
    """One's own booking, or one of the people below."""
    mine = pick(col(User.id)).where(col(User.id) == booking.booked_by_id, rows_of(by, col(User.id)))
    if session.execute(mine).first() is None:
        raise Forbidden(
            _("This booking belongs to %(who)s. Ask them or their head.", who=booking.booked_by.name)
        )


def _close(
    session: Session,
    booking: Booking,
    unit: Unit,
    state: BookingState,
    event: str,
    *,
    by: User | None,
    now: datetime,
) -> None:
    booking.state, booking.closed_at = state, now
    session.flush()
    _record(session, event, booking, unit, by=by)


def _record(
    session: Session, name: str, booking: Booking, unit: Unit, *, by: User | None, **payload: Any
) -> None:
    topics = {f"building-{building_of(session, unit)}", f"deal-{booking.deal_id}"}
    for of in deal_topics:
        topics.update(of(session, booking.deal_id))
    events.record(
        session,
        name,
        booking,
        by=by,
        deal=booking.deal_id,
        topics=topics,
        unit=unit.id,
        number=unit.number,
        **payload,
    )


def building_of(session: Session, unit: Unit) -> int:
    building = pick(Section.building_id).join(Floor, col(Floor.section_id) == Section.id)
    return session.execute(building.where(col(Floor.id) == unit.floor_id)).scalar_one()
