"""Booking a unit for a deal: the way in from the chessboard and from the deal's card alike."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col

from domain import estate
from domain.access.models import User
from domain.activities import planning
from domain.deals import following
from domain.deals.models import Deal, Stage, StageKind
from domain.deals.reading import get_visible
from domain.estate.booking import deal_topics
from domain.estate.terms import kinds
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Refused
from domain.kernel.text import _


def book(
    session: Session,
    deal: Deal,
    unit: estate.Unit,
    *,
    days: int,
    by: User,
    now: datetime,
    kind: estate.BookingKind = estate.BookingKind.VERBAL,
) -> estate.Booking:
    """Book for an open deal; its amount and its stage follow.

    The unit is locked before the deal, as everywhere; raises what `estate.book` raises.
    """
    _demand_open(deal)
    booking = estate.book(session, unit, deal_id=deal.id, days=days, by=by, now=now, kind=kind)
    _lock_open(session, deal)
    following.after_booking(session, deal, by=by, now=now)
    return booking


def book_all(
    session: Session,
    deal: Deal,
    unit_ids: Iterable[int],
    *,
    days: int,
    by: User,
    now: datetime,
    kind: estate.BookingKind = estate.BookingKind.VERBAL,
) -> list[estate.Booking]:
    """Book all of the units or none; the amount is that of all units of the deal.

    Raises what `estate.book_all` raises.
    """
    _demand_open(deal)
    bookings = estate.book_all(session, unit_ids, deal_id=deal.id, days=days, by=by, now=now, kind=kind)
    _lock_open(session, deal)
    following.after_booking(session, deal, by=by, now=now)
    return bookings


def rebook(session: Session, booking: estate.Booking, *, by: User, now: datetime) -> estate.Booking:
    """The same unit for the same deal again, by the usual term of the same kind, at today's price."""
    kind = booking.kind if booking.kind in kinds.BY_PEOPLE else estate.BookingKind.VERBAL
    deal = get_visible(session, by, booking.deal_id)
    unit = estate.get_unit(session, by, booking.unit_id)
    days = kinds.of(session, kind).default_days
    return book(session, deal, unit, days=days, kind=kind, by=by, now=now)


def _lock_open(session: Session, deal: Deal) -> None:
    """A deal refused at the same moment has freed its units already: it must not keep these."""
    session.refresh(deal, with_for_update=LOCK)
    _demand_open(deal)


def _demand_open(deal: Deal) -> None:
    if deal.stage.kind is not StageKind.OPEN:
        raise Refused(_("The deal is closed: units are booked for open deals only"))


def _funnel_topic(session: Session, deal_id: int) -> list[str]:
    funnel = pick(Stage.funnel_id).join(Deal, col(Deal.stage_id) == Stage.id).where(col(Deal.id) == deal_id)
    return [f"funnel-{funnel_id}" for funnel_id in session.execute(funnel).scalars()]


deal_topics.append(_funnel_topic)
planning.deal_topics.append(_funnel_topic)
