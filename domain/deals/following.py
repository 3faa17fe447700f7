"""A deal follows its bookings: its amount, and its stage as far as the stage's rules allow.

Forward in the transaction that books, which has locked the deal. Back afterwards, told by the event that a
booking is gone, whoever closed it: a deal is not locked by who holds units, and a flat released for another
moves nothing back and forth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.activities import planning
from domain.activities.models import Task
from domain.deals import editing, rules
from domain.deals.funnels import booked_stage
from domain.deals.models import Deal, Funnel, Stage, StageKind, StageStay
from domain.deals.moving import move, topics
from domain.estate.models import Booking, BookingState
from domain.events import Event
from domain.kernel import formats
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Refused
from domain.kernel.text import _

CALL_WITHIN = timedelta(hours=2)


@dataclass(frozen=True)
class Behind:
    """A deal with a unit booked that has not entered the stage of booked deals."""

    stage: Stage
    reasons: tuple[str, ...]
    """What the stage's rules still want; none when it may go there now."""


def after_booking(session: Session, deal: Deal, *, by: User, now: datetime) -> None:
    """The caller has locked the deal. Rules that are against the move leave the booking as it is."""
    editing.fill_amount(session, deal, _total(session, deal.id, now=now), by=by)
    stage = booked_stage(session, deal.stage.funnel_id)
    if stage is not None and deal.stage.kind is StageKind.OPEN and deal.stage.position < stage.position:
        _try(session, deal, stage, by=by, now=now)


def after_release(session: Session, event: Event, *, now: datetime) -> None:
    """A booking of the deal is gone. Safe to repeat: it looks at what the deal holds now."""
    deal = session.get(Deal, event.deal_id) if event.deal_id else None
    if deal is None:
        return
    session.refresh(deal, with_for_update=LOCK)
    if deal.stage.kind is not StageKind.OPEN:
        return
    if left := _total(session, deal.id, now=now):
        editing.fill_amount(session, deal, left, by=None)
        return
    funnel = session.get_one(Funnel, deal.stage.funnel_id)
    stage = booked_stage(session, funnel.id)
    if stage is None or deal.stage.position < stage.position:
        return
    if funnel.calls_back:
        _call_back(session, deal, event, now=now)
    if funnel.steps_back and (earlier := _before(session, deal, stage)):
        _try(session, deal, earlier, by=None, now=now)


def behind(session: Session, deal: Deal, stages: Iterable[Stage], *, booked: bool) -> Behind | None:
    """For the card: why a deal with a unit booked stands where it does, among the stages of its funnel."""
    if not booked or deal.stage.kind is not StageKind.OPEN:
        return None
    stage = next((stage for stage in stages if stage.on_booking), None)
    if stage is None or deal.stage.position >= stage.position:
        return None
    return Behind(stage, rules.unmet(session, deal, stage))


def _try(session: Session, deal: Deal, stage: Stage, *, by: User | None, now: datetime) -> None:
    try:
        with session.begin_nested():
            move(session, deal, to=stage, version=deal.version, by=by, now=now)
    except Refused as no:
        events.record(
            session,
            "deal.move_refused",
            deal,
            by=by,
            deal=deal.id,
            topics=topics(deal),
            stage=stage.name,
            reasons=no.reasons,
        )


def _call_back(session: Session, deal: Deal, event: Event, *, now: datetime) -> None:
    title = (
        _("Get in touch: the booking has run out")
        if event.name == "booking.expired"
        else _("Get in touch: the booking is released")
    )
    waiting = sa.select(sa.literal(1)).where(
        col(Task.deal_id) == deal.id, col(Task.title) == title, col(Task.done_at).is_(None)
    )
    if session.execute(waiting.limit(1)).first() is None:
        due = _soon(event.at)
        planning.plan(session, deal, title=title, due_at=due if due > now else _soon(now), by=None, now=now)


def _soon(moment: datetime) -> datetime:
    """Two hours later, or at ten of the next morning when the office is closed then."""
    due = formats.here(moment) + CALL_WITHIN
    if due.hour < 9:
        return due.replace(hour=10, minute=0, second=0, microsecond=0)
    if due.hour >= 19:
        return (due + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    return due.replace(second=0, microsecond=0)


def _before(session: Session, deal: Deal, stage: Stage) -> Stage | None:
    """The open stage the deal stood on last before that of booked deals; else the one right before it."""
    earlier = (
        select(Stage)
        .outerjoin(StageStay, (col(StageStay.stage_id) == Stage.id) & (col(StageStay.deal_id) == deal.id))
        .where(
            Stage.funnel_id == stage.funnel_id,
            Stage.kind == StageKind.OPEN,
            col(Stage.position) < stage.position,
        )
        .order_by(col(StageStay.entered_at).desc().nulls_last(), col(Stage.position).desc())
    )
    return session.exec(earlier.limit(1)).first()


def _total(session: Session, deal_id: int, *, now: datetime) -> Decimal:
    """What the deal's units that hold come to."""
    holds = sa.or_(col(Booking.state) != BookingState.ACTIVE, col(Booking.until) > now)
    prices = pick(sa.func.sum(Booking.price)).where(
        col(Booking.deal_id) == deal_id, col(Booking.closed_at).is_(None), holds
    )
    return session.execute(prices).scalar() or Decimal(0)
