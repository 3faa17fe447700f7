"""Booking a unit: the one place where two people can want the same thing.

Whoever writes a booking (the form, the expiry, 1C, the demo) comes through these verbs. They lock
the unit's row first, so that everyone else waits and then sees what happened; the partial unique
index on active bookings is the last line, which nobody can go around.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select

from domain import approvals, events
from domain.access.models import User
from domain.access.policy import rows_of
from domain.estate import pricing
from domain.estate.models import Availability, Booking, BookingKind, BookingState, Floor, Section, Unit
from domain.estate.pricing import Passport
from domain.estate.terms import Terms, allowances, kinds
from domain.kernel import formats
from domain.kernel.db import pick
from domain.kernel.errors import Forbidden, Missing, Refused
from domain.kernel.text import _

DAY_ENDS_AT = 18
"""A booking runs to this hour of its last day, when the sales office closes."""
EXTENSION = "extension"
"""The kind of approval by which a booking is extended beyond its maker's own right."""

MOST_AT_ONCE = 20
"""Units in one basket."""

TopicsOf = Callable[[Session, int], Iterable[str]]
deal_topics: list[TopicsOf] = []
"""Filled from above: which open screens follow a deal (deals are not known here)."""


class Line(Protocol):
    """What waits for a unit, as far as it is known here; every call comes with the unit's row locked."""

    def tied(self, session: Session, deal_id: int) -> set[int]:
        """The units the deal waits for."""

    def demand_turn(self, session: Session, unit: Unit, *, deal_id: int, now: datetime) -> None:
        """Refuse who is not the first in the line of a unit that nobody holds."""

    def booked(self, session: Session, booking: Booking, *, now: datetime) -> None: ...
    def ended(self, session: Session, booking: Booking, *, now: datetime) -> None: ...
    def freed(self, session: Session, unit: Unit, *, now: datetime) -> None: ...
    def refused(self, session: Session, deal_id: int, *, by: User | None, now: datetime) -> None:
        """A deal that is over waits for nothing."""


lines: list[Line] = []
"""Filled by the waiting lists, which stand above."""
OFFER_ENDS = {"booking.cancelled": "booking.declined", "booking.expired": "booking.lapsed"}
price_followers: list[Callable[[Session, Booking, Decimal, User], None]] = []
"""Filled from above: what goes with the frozen price of a booking (before, and who changed it)."""


class Taken(Refused):
    """Somebody was first. `booking` is theirs."""

    def __init__(self, unit: Unit, booking: Booking, *, now: datetime) -> None:
        self.booking = booking
        told: dict[str, str] = {
            "number": unit.number,
            "who": booking.booked_by.name,
            "when": formats.told(booking.booked_at, now=now),
            "until": formats.told(booking.until, now=now),
        }
        if booking.state is not BookingState.ACTIVE:
            super().__init__(_("Unit %(number)s is under contract or sold: %(who)s, %(when)s", **told))
        elif booking.kind is BookingKind.OFFER:
            super().__init__(
                _("Unit %(number)s is offered to the first in its line: %(who)s; until %(until)s", **told)
            )
        else:
            super().__init__(
                _("Unit %(number)s is already booked: %(who)s, %(when)s; until %(until)s", **told)
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
    _refuse_taken(session, unit, now=now)  # without queueing for the row: of a crowd most come too late
    lock(session, unit)
    price = _free_or_refuse(session, unit, deal_id=deal_id, now=now)
    allowances.demand_room(session, terms, adding=1, by=by, now=now)
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
            prices[unit.id] = _free_or_refuse(session, unit, deal_id=deal_id, now=now)
        except Refused as no:
            refusals[unit.id] = no
    if refusals:
        raise NotAllFree(refusals)
    allowances.demand_room(session, terms, adding=len(units), by=by, now=now)
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
        _free_or_refuse(session, unit, deal_id=deal_id, now=now)
        raise
    _record(
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
    _demand_right(session, booking, by=by)
    if booking.kind is BookingKind.OFFER:
        raise Refused(_("An offer is accepted or declined, not extended"))
    terms = kinds.of(session, booking.kind)
    kinds.demand_offered(terms, days)
    if by.id == booking.booked_by_id and by.chief_id is not None:
        _demand_own_right(booking, terms, days)
    before, booking.until = booking.until, term_end(booking.until, days)
    booking.extensions += 1
    approvals.outlive(session, EXTENSION, booking.id, until=booking.until)
    _record(session, "booking.extended", booking, unit, by=by, changes={"until": (before, booking.until)})


def shorten(session: Session, booking: Booking, *, until: datetime, by: User, now: datetime) -> None:
    """The way back from `extend`: the end it had before, unless that has passed already."""
    unit = lock_active(session, booking, now=now)
    _demand_right(session, booking, by=by)
    if not now < until < booking.until or booking.extensions == 0:
        raise Refused(_("The end it had before has passed: release the unit instead"))
    before, booking.until = booking.until, until
    booking.extensions -= 1
    _record(session, "booking.shortened", booking, unit, by=by, changes={"until": (before, booking.until)})


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
    _demand_right(session, booking, by=by)
    _close(session, booking, unit, BookingState.CANCELLED, "booking.cancelled", by=by, now=now)


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


def tied(session: Session, deal_id: int) -> set[int]:
    """The units a deal holds or waits for: what a refusal of the deal frees."""
    held = pick(col(Booking.unit_id)).where(col(Booking.deal_id) == deal_id, col(Booking.closed_at).is_(None))
    return set(session.execute(held).scalars()).union(*(line.tied(session, deal_id) for line in lines))


def lock_held(session: Session, deal_id: int) -> set[int]:
    """Lock the units a deal is tied to, for who will lock the deal and then free them. Returns which.

    Between the two locks the deal may be tied to one more: whoever frees compares `tied` with this.
    """
    unit_ids = tied(session, deal_id)
    if unit_ids:
        lock_all(session, unit_ids)
    return unit_ids


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


def _free_or_refuse(session: Session, unit: Unit, *, deal_id: int, now: datetime) -> Decimal:
    """The price to freeze, when the unit is free, for sale, and it is this deal's turn."""
    found = _claim(session, unit)
    if found is not None and holds(found, now=now):
        raise Taken(unit, found, now=now)
    if found is not None:
        _end(session, found, unit, BookingState.EXPIRED, "booking.expired", by=None, now=now)
    reasons = {
        Availability.SOLD: _("Unit %(number)s is sold", number=unit.number),
        Availability.CONTRACT: _("Unit %(number)s is under contract", number=unit.number),
        Availability.OFF: _("Unit %(number)s is not for sale", number=unit.number),
    }
    if unit.availability in reasons:
        raise Refused(reasons[unit.availability])
    if unit.price is None:
        raise Refused(_("Unit %(number)s has no price yet", number=unit.number))
    for line in lines:
        line.demand_turn(session, unit, deal_id=deal_id, now=now)
    return unit.price


def lock_active(session: Session, booking: Booking, *, now: datetime) -> Unit:
    unit = session.get_one(Unit, booking.unit_id)
    lock(session, unit)
    session.refresh(booking)
    if booking.closed_at is None and booking.state is not BookingState.ACTIVE:
        raise Refused(
            _("Unit %(number)s is under contract: only its termination frees it", number=unit.number)
        )
    if booking.state is not BookingState.ACTIVE or booking.until <= now:
        raise Refused(_("This booking is already over"))
    return unit


def _demand_own_right(booking: Booking, terms: Terms, days: int) -> None:
    if refusal := beyond_own_right(booking, terms, days):
        raise Refused(refusal)


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
    **payload: Any,
) -> None:
    """The claim is over, and the unit goes to the first who waits for it in the same breath."""
    _end(session, booking, unit, state, event, by=by, now=now, **payload)
    for line in lines:
        line.freed(session, unit, now=now)


def _end(
    session: Session,
    booking: Booking,
    unit: Unit,
    state: BookingState,
    event: str,
    *,
    by: User | None,
    now: datetime,
    **payload: Any,
) -> None:
    booking.state, booking.closed_at = state, now
    session.flush()
    approvals.lapse(session, EXTENSION, booking.id, now=now)
    told = OFFER_ENDS.get(event, event) if booking.kind is BookingKind.OFFER else event
    _record(session, told, booking, unit, by=by, **payload)
    for line in lines:
        line.ended(session, booking, now=now)


def _record(
    session: Session, name: str, booking: Booking, unit: Unit, *, by: User | None, **payload: Any
) -> None:
    topics = {f"building-{building_of(session, unit)}", f"unit-{unit.id}", f"deal-{booking.deal_id}"}
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
