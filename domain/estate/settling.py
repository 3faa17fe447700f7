"""Saying that nothing more is to be done about a booking that ran out: it leaves the list of overdue ones."""

from datetime import datetime

from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.estate.claims import building_of, holds, lock
from domain.estate.models import Booking, Unit
from domain.kernel.errors import Refused
from domain.kernel.text import _


def settle(session: Session, booking: Booking, *, by: User, now: datetime) -> None:
    """Whoever may find a booking that is over may settle it: its maker and the heads above."""
    unit = _lock_over(session, booking, now=now)
    if booking.settled_at is None:
        booking.settled_at = now
        _record(session, booking, unit, by=by)


def unsettle(session: Session, booking: Booking, *, by: User, now: datetime) -> None:
    """The way back."""
    unit = _lock_over(session, booking, now=now)
    if booking.settled_at is not None:
        booking.settled_at = None
        _record(session, booking, unit, by=by)


def _lock_over(session: Session, booking: Booking, *, now: datetime) -> Unit:
    unit = session.get_one(Unit, booking.unit_id)
    lock(session, unit)
    session.refresh(booking)
    if holds(booking, now=now):
        raise Refused(_("This booking still holds its unit: release it"))
    return unit


def _record(session: Session, booking: Booking, unit: Unit, *, by: User) -> None:
    events.record(
        session,
        "booking.settled",
        booking,
        by=by,
        deal=booking.deal_id,
        topics=[f"building-{building_of(session, unit)}", f"deal-{booking.deal_id}", f"user-{by.id}"],
        unit=unit.id,
        number=unit.number,
        settled=booking.settled_at is not None,
    )
