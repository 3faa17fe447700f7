"""Booking a unit for a deal: the way in from the chessboard and from the deal's card alike."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import estate
from domain.access.models import User
from domain.activities import planning
from domain.deals import editing, following
from domain.deals.models import Deal, Stage, StageKind
from domain.deals.reading import get_visible
from domain.estate import waiting
from domain.estate.booking import price_followers
from domain.estate.claims import Taken, active, deal_topics
from domain.estate.models import BookingKind
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
    demand_open(deal)
    held = active(session, unit, now=now)
    if held is not None and held.kind is BookingKind.OFFER and held.deal_id == deal.id:
        return accept(session, deal, held, days=days, by=by, now=now, kind=kind)
    if held is not None:  # without queueing for the row: of a crowd most come too late
        raise Taken(unit, held, now=now)
    booking = estate.book(session, unit, deal_id=deal.id, days=days, by=by, now=now, kind=kind)
    lock_open(session, deal)
    following.after_booking(session, deal, by=by, now=now)
    return booking


def book_ahead(
    session: Session,
    deal: Deal,
    unit: estate.Unit,
    *,
    days: int,
    reason: str,
    by: User,
    now: datetime,
    kind: BookingKind = BookingKind.VERBAL,
) -> estate.Booking:
    """Book past those who wait for the unit: the head says why, and they are told."""
    demand_open(deal)
    waiting.clear_way(session, unit, deal_id=deal.id, reason=reason, by=by, now=now)
    return book(session, deal, unit, days=days, by=by, now=now, kind=kind)


def accept(
    session: Session,
    deal: Deal,
    offer: estate.Booking,
    *,
    days: int,
    by: User,
    now: datetime,
    kind: BookingKind = BookingKind.VERBAL,
) -> estate.Booking:
    """Say yes to an offer; the deal is open and takes the price as with any booking."""
    waiting.accept(session, offer, days=days, by=by, now=now, kind=kind)
    lock_open(session, deal)
    following.after_booking(session, deal, by=by, now=now)
    return offer


def join(session: Session, deal: Deal, unit: estate.Unit, *, by: User, now: datetime) -> waiting.Waiting:
    """The deal waits for a unit that is not free."""
    demand_open(deal)
    one = waiting.join(session, unit, deal_id=deal.id, by=by, now=now)
    lock_open(session, deal)
    return one


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
    demand_open(deal)
    bookings = estate.book_all(session, unit_ids, deal_id=deal.id, days=days, by=by, now=now, kind=kind)
    lock_open(session, deal)
    following.after_booking(session, deal, by=by, now=now)
    return bookings


def rebook(session: Session, booking: estate.Booking, *, by: User, now: datetime) -> estate.Booking:
    """The same unit for the same deal again, by the usual term of the same kind, at today's price."""
    kind = booking.kind if booking.kind in kinds.BY_PEOPLE else estate.BookingKind.VERBAL
    deal = get_visible(session, by, booking.deal_id)
    unit = estate.get_unit(session, by, booking.unit_id)
    days = kinds.of(session, kind).default_days
    return book(session, deal, unit, days=days, kind=kind, by=by, now=now)


def _open(session: Session, deal_ids: Collection[int]) -> dict[int, int]:
    """Which of the deals are open, and who is responsible: whom a unit is offered to."""
    found = (
        pick(col(Deal.id), Deal.responsible_id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .where(col(Deal.id).in_(deal_ids), col(Stage.kind) == StageKind.OPEN)
    )
    return {row.id: row.responsible_id for row in session.execute(found)}


def lock_open(session: Session, deal: Deal) -> None:
    """A deal refused at the same moment has freed its units already: it must not keep these."""
    session.refresh(deal, with_for_update=LOCK)
    demand_open(deal)


def _follow_price(session: Session, booking: estate.Booking, _before: Decimal, by: User) -> None:
    """A deal that is worth its bookings goes on being: a discount lowers its amount as well.

    The unit is locked; the deal comes after it, as everywhere.
    """
    deal = session.get_one(Deal, booking.deal_id)
    session.refresh(deal, with_for_update=LOCK)
    editing.fill_amount(session, deal, booked_sum(session, deal), by=by)


def booked_sum(session: Session, deal: Deal) -> Decimal:
    """What the units held for the deal cost together."""
    prices = pick(sa.func.coalesce(sa.func.sum(estate.Booking.price), 0)).where(
        col(estate.Booking.deal_id) == deal.id,
        col(estate.Booking.closed_at).is_(None),
        col(estate.Booking.kind) != BookingKind.OFFER,
    )
    return Decimal(session.execute(prices).scalar_one())


def demand_open(deal: Deal) -> None:
    if deal.stage.kind is not StageKind.OPEN:
        raise Refused(_("The deal is closed: units are booked for open deals only"))


def _board_topics(session: Session, deal_id: int) -> list[str]:
    stage = pick(Stage.funnel_id, Stage.id).join(Deal, col(Deal.stage_id) == Stage.id)
    found = session.execute(stage.where(col(Deal.id) == deal_id)).all()
    return [topic for funnel_id, stage_id in found for topic in (f"funnel-{funnel_id}", f"stage-{stage_id}")]


deal_topics.append(_board_topics)
price_followers.append(_follow_price)
planning.deal_topics.append(_board_topics)
waiting.open_deals.append(_open)
