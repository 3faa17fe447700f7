"""A deal's claims changed for others: another unit, another deal, a contract taken back."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from domain import estate
from domain.access.models import User
from domain.deals import editing
from domain.deals.bookings import booked_sum, demand_open, lock_open
from domain.deals.models import Deal, StageKind
from domain.estate import contracts, swapping
from domain.kernel.db import LOCK
from domain.kernel.errors import Refused
from domain.kernel.text import _


def swap(
    session: Session,
    deal: Deal,
    booking: estate.Booking,
    unit: estate.Unit,
    *,
    shown: Decimal,
    by: User,
    now: datetime,
) -> estate.Booking:
    """Another unit instead of a booked one; an amount that was the sum of the units follows."""
    instead = swapping.swap(session, booking, unit, shown=shown, by=by, now=now)
    lock_open(session, deal)
    editing.fill_amount(session, deal, booked_sum(session, deal), by=by)
    return instead


def swap_back(
    session: Session, deal: Deal, booking: estate.Booking, *, by: User, now: datetime
) -> estate.Booking:
    before = swapping.swap_back(session, booking, by=by, now=now)
    lock_open(session, deal)
    editing.fill_amount(session, deal, booked_sum(session, deal), by=by)
    return before


def transfer(
    session: Session, booking: estate.Booking, *, left: Deal, to: Deal, reason: str, by: User, now: datetime
) -> None:
    """Give the booking to another open deal; the caller may see both. Price and term stay."""
    swapping.hand_over(
        session, booking, deal_id=to.id, holder_id=to.responsible_id, reason=reason, by=by, now=now
    )
    for deal in sorted((left, to), key=lambda deal: deal.id):
        session.refresh(deal, with_for_update=LOCK)
    demand_open(to)
    editing.fill_amount(session, to, booked_sum(session, to), by=by)


def transfer_back(session: Session, booking: estate.Booking, *, by: User, now: datetime) -> None:
    """Undo one's own transfer, when the deal it came from is still open."""
    deal_id, holder_id = swapping.came_from(session, booking, by=by, now=now)
    deal = session.get_one(Deal, deal_id)
    swapping.hand_over(
        session, booking, deal_id=deal_id, holder_id=holder_id, reason=_("Taken back"), by=by, now=now
    )
    lock_open(session, deal)


def take_back(session: Session, booking: estate.Booking, *, by: User, now: datetime) -> str:
    """Undo the last contract, sale or termination; a deal refused meanwhile gets no unit back."""
    undone = contracts.take_back(session, booking, by=by, now=now)
    deal = session.get_one(Deal, booking.deal_id)
    session.refresh(deal, with_for_update=LOCK)
    if deal.stage.kind is StageKind.LOST:
        raise Refused(_("The deal is refused by now"))
    return undone
