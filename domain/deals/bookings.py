"""Booking a unit for a deal: the way in from the chessboard and from the deal's card alike."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import estate
from domain.access.models import User
from domain.activities import planning
from domain.deals import editing
from domain.deals.models import Deal, Stage, StageKind
from domain.estate.booking import deal_topics, price_followers
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Refused
from domain.kernel.text import _


def book(
    session: Session, deal: Deal, unit: estate.Unit, *, days: int, by: User, now: datetime
) -> estate.Booking:
    """Book for an open deal; a deal without an amount takes the frozen price.

    The unit is locked before the deal, as everywhere; raises what `estate.book` raises.
    """
    _demand_open(deal)
    booking = estate.book(session, unit, deal_id=deal.id, days=days, by=by, now=now)
    _lock_open(session, deal)
    editing.fill_amount(session, deal, booking.price, by=by)
    return booking


def book_all(
    session: Session, deal: Deal, unit_ids: Iterable[int], *, days: int, by: User, now: datetime
) -> list[estate.Booking]:
    """Book all of the units or none; a deal without an amount takes their sum.

    Raises what `estate.book_all` raises.
    """
    _demand_open(deal)
    bookings = estate.book_all(session, unit_ids, deal_id=deal.id, days=days, by=by, now=now)
    _lock_open(session, deal)
    editing.fill_amount(session, deal, sum((booking.price for booking in bookings), Decimal(0)), by=by)
    return bookings


def _lock_open(session: Session, deal: Deal) -> None:
    """A deal refused at the same moment has freed its units already: it must not keep these."""
    session.refresh(deal, with_for_update=LOCK)
    _demand_open(deal)


def _follow_price(session: Session, booking: estate.Booking, before: Decimal, by: User) -> None:
    """A deal that is worth its bookings goes on being: a discount lowers its amount as well.

    The unit is locked; the deal comes after it, as everywhere.
    """
    deal = session.get_one(Deal, booking.deal_id)
    session.refresh(deal, with_for_update=LOCK)
    held = pick(sa.func.sum(col(estate.Booking.price))).where(
        col(estate.Booking.deal_id) == deal.id, col(estate.Booking.closed_at).is_(None)
    )
    worth: Decimal = session.execute(held).scalar_one()
    if deal.amount == worth - booking.price + before:
        editing.follow_amount(session, deal, worth, by=by)


def _demand_open(deal: Deal) -> None:
    if deal.stage.kind is not StageKind.OPEN:
        raise Refused(_("The deal is closed: units are booked for open deals only"))


def _funnel_topic(session: Session, deal_id: int) -> list[str]:
    funnel = pick(Stage.funnel_id).join(Deal, col(Deal.stage_id) == Stage.id).where(col(Deal.id) == deal_id)
    return [f"funnel-{funnel_id}" for funnel_id in session.execute(funnel).scalars()]


deal_topics.append(_funnel_topic)
price_followers.append(_follow_price)
planning.deal_topics.append(_funnel_topic)
