"""The answer to an offer: yes makes it an ordinary booking, no gives the unit to the next in the line."""

from datetime import datetime

from sqlmodel import Session, select

from domain.access.models import User
from domain.estate import claims
from domain.estate.booking import term_end
from domain.estate.claims import holds, lock
from domain.estate.models import Booking, BookingKind, BookingState, Unit
from domain.estate.terms import allowances, kinds
from domain.estate.waiting import joining, lines
from domain.estate.waiting.models import Waiting, WaitingState
from domain.events import names
from domain.kernel.errors import Refused
from domain.kernel.text import _


def accept(
    session: Session,
    booking: Booking,
    *,
    days: int,
    by: User,
    now: datetime,
    kind: BookingKind = BookingKind.VERBAL,
) -> None:
    """From now on a booking of the chosen kind for a whole term; the price stays as it was offered.

    It takes a place of the limits only now: raises LimitReached, and Invalid for a term that the kind
    has not.
    """
    if kind is BookingKind.OFFER:
        raise Refused(_("Choose the kind of the booking"))
    terms = kinds.demand_term(session, kind, days, by=by)
    unit = _lock_offer(session, booking, by=by, now=now)
    allowances.demand_room(
        session, terms, deal_id=booking.deal_id, units=[unit.id], by=booking.booked_by, now=now
    )
    before, booking.until = booking.until, term_end(now, days)
    booking.kind = kind
    one = session.exec(select(Waiting).where(Waiting.booking_id == booking.id)).one()
    one.state, one.left_at = WaitingState.TAKEN, now
    session.flush()
    changes = {"until": (before, booking.until)}
    claims.record(
        session,
        names.BOOKING_ACCEPTED,
        booking,
        unit,
        by=by,
        kind=kind.value,
        price=booking.price,
        changes=changes,
    )


def decline(session: Session, booking: Booking, *, by: User, now: datetime) -> None:
    """The place in the line is given up, and the next one is offered the unit at once."""
    unit = _lock_offer(session, booking, by=by, now=now)
    claims.close(session, booking, unit, BookingState.CANCELLED, "booking.cancelled", by=by, now=now)


def clear_way(session: Session, unit: Unit, *, deal_id: int, reason: str, by: User, now: datetime) -> None:
    """By the head's word the deal comes before everybody who waits, also before who is being offered.

    Who was offered the unit waits again, before the others. A booking in force is not touched.
    """
    joining.demand_head(by)
    told = lines.reason_of(reason)
    lock(session, unit)
    claim = claims.claim_of(session, unit)
    if claim and holds(claim, now=now) and claim.kind is BookingKind.OFFER and claim.deal_id != deal_id:
        _withdraw(session, unit, claim, reason=told, by=by, now=now)
    joining.put_first(session, unit, deal_id=deal_id, reason=told, by=by, now=now)


def _withdraw(session: Session, unit: Unit, offer: Booking, *, reason: str, by: User, now: datetime) -> None:
    one = session.exec(select(Waiting).where(Waiting.booking_id == offer.id)).one()
    one.state, one.booking_id, one.offered_at, one.answer_until = WaitingState.WAITING, None, None, None
    one.place = min(each.place for each in lines.line(session, unit.id)) - 1
    session.flush()
    claims.end(
        session, offer, unit, BookingState.CANCELLED, names.BOOKING_WITHDRAWN, by=by, now=now, reason=reason
    )


def _lock_offer(session: Session, booking: Booking, *, by: User, now: datetime) -> Unit:
    unit = claims.lock_active(session, booking, now=now)
    if booking.kind is not BookingKind.OFFER:
        raise Refused(_("This is no offer any more"))
    claims.demand_right(session, booking, by=by)
    return unit
