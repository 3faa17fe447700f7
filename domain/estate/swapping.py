"""A booking that changes what it is of: another unit in the same deal, or another deal for the same unit."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain.access.models import User
from domain.estate import claims, pricing
from domain.estate.claims import lines, lock_all
from domain.estate.models import Booking, BookingKind, BookingState, Unit
from domain.estate.pricing import Passport, frozen_of
from domain.estate.terms import allowances, kinds
from domain.events import Event, names
from domain.kernel import formats
from domain.kernel.errors import Refused, Stale
from domain.kernel.text import _

UNDO_WITHIN = timedelta(minutes=10)
LONGEST_REASON = 300


def swap(
    session: Session, booking: Booking, unit: Unit, *, shown: Decimal, by: User, now: datetime
) -> Booking:
    """Release the booked unit and hold `unit` instead for the same deal, term and kind; both or neither.

    The price is frozen anew: Stale when it is not the one that was shown. The released unit goes to the
    first who waits for it. Raises what `book` raises.
    """
    if unit.id == booking.unit_id:
        raise Refused(_("This is the same unit"))
    lock_all(session, [booking.unit_id, unit.id])
    _demand_ordinary(session, booking, by=by, now=now)
    price = claims.free_or_refuse(session, unit, deal_id=booking.deal_id, now=now)
    made = pricing.compose(session, unit, price, now=now)
    if made.total != shown:
        raise Stale(
            _(
                "The price of unit %(number)s is another by now: %(price)s",
                number=unit.number,
                price=formats.money(made.total),
            )
        )
    return _exchange(session, booking, unit, made, by=by, now=now)


def swap_back(session: Session, booking: Booking, *, by: User, now: datetime) -> Booking:
    """Undo one's own swap while the released unit is still free: at the price it was booked for."""
    began = _own_last(session, booking, names.UNIT_BOOKED, by=by, now=now)
    if "swapped_from" not in began.payload:
        raise Refused(_("This can't be undone any more"))
    before = session.get_one(Booking, began.payload["swapped_from"])
    units = {unit.id: unit for unit in lock_all(session, [booking.unit_id, before.unit_id])}
    _demand_ordinary(session, booking, by=by, now=now)
    unit = units[before.unit_id]
    claims.free_or_refuse(session, unit, deal_id=booking.deal_id, now=now)
    made = frozen_of(before.passport, before.price, before.booked_at)
    return _exchange(session, booking, unit, made, by=by, now=now)


def hand_over(
    session: Session, booking: Booking, *, deal_id: int, holder_id: int, reason: str, by: User, now: datetime
) -> None:
    """The booking is of another deal now, and held by whoever answers for it; price and term stay.

    It takes a place of their limits: raises LimitReached.
    """
    told = reason.strip()[:LONGEST_REASON]
    if not told:
        raise Refused(_("Say why the booking goes to another deal"))
    if deal_id == booking.deal_id:
        raise Refused(_("The booking is of this deal already"))
    unit = _demand_ordinary(session, booking, by=by, now=now)
    terms, holder = kinds.of(session, booking.kind), session.get_one(User, holder_id)
    allowances.demand_room(session, terms, deal_id=deal_id, units=[unit.id], by=holder, now=now)
    left, held_by = booking.deal_id, booking.booked_by_id
    claims.record(session, names.BOOKING_TAKEN_AWAY, booking, unit, by=by, to=deal_id, reason=told)
    booking.deal_id, booking.booked_by_id = deal_id, holder_id
    session.flush()
    session.refresh(booking, ["booked_by"])
    claims.record(
        session, names.BOOKING_TRANSFERRED, booking, unit, by=by, came_from=left, held_by=held_by, reason=told
    )
    for line in lines:
        line.booked(session, booking, now=now)


def came_from(session: Session, booking: Booking, *, by: User, now: datetime) -> tuple[int, int]:
    """The deal one's own last transfer took the booking from, and who held it there."""
    last = _own_last(session, booking, names.BOOKING_TRANSFERRED, by=by, now=now)
    return int(last.payload["came_from"]), int(last.payload["held_by"])


def _exchange(
    session: Session, booking: Booking, unit: Unit, made: Passport, *, by: User, now: datetime
) -> Booking:
    released = session.get_one(Unit, booking.unit_id)
    instead = Booking(
        unit_id=unit.id, deal_id=booking.deal_id, booked_by_id=booking.booked_by_id,
        price=made.total, passport=made.as_json(), booked_at=now, until=booking.until,
        kind=booking.kind, extensions=booking.extensions,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(instead)
    except IntegrityError:
        claims.free_or_refuse(session, unit, deal_id=booking.deal_id, now=now)
        raise
    claims.record(
        session, names.UNIT_BOOKED, instead, unit, by=by, price=made.total, until=instead.until,
        swapped_from=booking.id, instead_of=released.number, was=booking.price, extensions=instead.extensions,
    )  # fmt: skip
    for line in lines:
        line.booked(session, instead, now=now)
    claims.close(
        session, booking, released, BookingState.CANCELLED, "booking.cancelled",
        by=by, now=now, swapped_for=unit.number,
    )  # fmt: skip
    return instead


def _demand_ordinary(session: Session, booking: Booking, *, by: User, now: datetime) -> Unit:
    unit = claims.lock_active(session, booking, now=now)
    claims.demand_right(session, booking, by=by)
    if booking.kind is BookingKind.OFFER:
        raise Refused(_("The offer is not accepted yet"))
    return unit


def _own_last(session: Session, booking: Booking, name: str, *, by: User, now: datetime) -> Event:
    about = select(Event).where(Event.subject_kind == "booking", Event.subject_id == booking.id)
    last = session.exec(about.order_by(col(Event.id).desc()).limit(1)).first()
    if last is None or last.name != name or last.actor_id != by.id or now - last.at > UNDO_WITHIN:
        raise Refused(_("This can't be undone any more"))
    return last
