"""A person's day: steps that wait, deals nobody planned anything for, bookings about to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.activities.models import Task
from domain.deals.cards import Pace, moments, pace_of
from domain.deals.funnels import in_work
from domain.deals.models import Deal, Stage
from domain.deals.register import free_again, overdue
from domain.estate.models import Booking, BookingKind, BookingState, Unit
from domain.kernel.days import day_end, days_between
from domain.parties.models import Company, Person

MOST = 50
ENDING_WITHIN = timedelta(hours=48)


@dataclass(frozen=True)
class Due:
    id: int
    title: str
    due_at: datetime
    pace: Pace
    deal_id: int
    deal: str
    client: str
    stage: str


@dataclass(frozen=True)
class Unplanned:
    deal_id: int
    deal: str
    client: str
    stage: str
    amount: Decimal | None
    days: int


@dataclass(frozen=True)
class Ending:
    booking_id: int
    unit_id: int
    number: str
    until: datetime
    deal_id: int
    deal: str
    client: str
    free: bool
    """Nobody has taken the unit meanwhile."""
    is_offer: bool
    """The unit waits for an answer; then it goes to the next in its line."""


@dataclass(frozen=True)
class MyDay:
    overdue: tuple[Due, ...]
    today: tuple[Due, ...]
    unplanned: tuple[Unplanned, ...]
    ending: tuple[Ending, ...]
    expired: tuple[Ending, ...]
    """Bookings that ran out yesterday or today and are not settled."""

    @property
    def calm(self) -> bool:
        return not (self.overdue or self.today or self.unplanned or self.ending or self.expired)


def my_day(session: Session, user: User, *, now: datetime) -> MyDay:
    """What waits in the deals this very person is responsible for; a head's team is on the board."""
    steps = _steps(session, user, now)
    bookings = _bookings(session, user, now)
    return MyDay(
        overdue=tuple(step for step in steps if step.pace is Pace.OVERDUE),
        today=tuple(step for step in steps if step.pace is Pace.TODAY),
        unplanned=_unplanned(session, user, now),
        ending=tuple(booking for booking in bookings if booking.until > now),
        expired=tuple(booking for booking in reversed(bookings) if booking.until <= now),
    )


def _steps(session: Session, user: User, now: datetime) -> list[Due]:
    rows = _named(
        session,
        _mine(user, col(Task.id).label("task_id"), col(Task.title).label("step"), col(Task.due_at))
        .join(Task, col(Task.deal_id) == Deal.id)
        .where(col(Task.done_at).is_(None), col(Task.due_at) < day_end(now)),
        order=("due_at", "task_id"),
    )
    at = moments(now)
    return [
        Due(
            id=row.task_id,
            title=row.step,
            due_at=row.due_at,
            pace=pace_of(row.due_at, at),
            deal_id=row.deal_id,
            deal=row.deal,
            client=row.client,
            stage=row.stage,
        )
        for row in rows
    ]


def _unplanned(session: Session, user: User, now: datetime) -> tuple[Unplanned, ...]:
    without = _mine(user, col(Deal.amount), col(Deal.stage_entered_at)).where(col(Deal.step_at).is_(None))
    rows = _named(session, without, order=("stage_entered_at", "deal_id"))
    return tuple(
        Unplanned(
            deal_id=row.deal_id,
            deal=row.deal,
            client=row.client,
            stage=row.stage,
            amount=row.amount,
            days=days_between(row.stage_entered_at, now),
        )
        for row in rows
    )


def _bookings(session: Session, user: User, now: datetime) -> tuple[Ending, ...]:
    """Those about to end and those that ran out since yesterday, by their ends."""
    yesterday = day_end(now) - timedelta(days=2)
    about_to = sa.and_(
        col(Booking.state) == BookingState.ACTIVE,
        col(Booking.until) > now,
        col(Booking.until) < now + ENDING_WITHIN,
    )
    rows = _named(
        session,
        _mine(user, col(Booking.id).label("booking_id"), col(Booking.until), col(Unit.number))
        .add_columns(
            col(Unit.id).label("unit_id"), free_again(now).label("free"), col(Booking.kind).label("kind")
        )
        .join(Booking, col(Booking.deal_id) == Deal.id)
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .where(sa.or_(about_to, sa.and_(overdue(now), col(Booking.until) >= yesterday))),
        order=("until", "booking_id"),
    )
    return tuple(
        Ending(
            booking_id=row.booking_id,
            unit_id=row.unit_id,
            number=row.number,
            until=row.until,
            deal_id=row.deal_id,
            deal=row.deal,
            client=row.client,
            free=row.free,
            is_offer=row.kind is BookingKind.OFFER,
        )
        for row in rows
    )


def _mine(user: User, *columns: Any) -> sa.Select[Any]:
    """Open deals this person is responsible for and still may see."""
    return sa.select(
        col(Deal.id).label("deal_id"),
        col(Deal.title).label("deal"),
        col(Deal.stage_id),
        col(Deal.person_id),
        col(Deal.company_id),
        *columns,
    ).where(col(Deal.responsible_id) == user.id, rows_of(user, col(Deal.responsible_id)), in_work())


def _named(session: Session, mine: sa.Select[Any], *, order: Sequence[str]) -> sa.Result[Any]:
    """The first of them, with the client and the stage looked up for these alone."""
    first = mine.order_by(*map(sa.column, order)).limit(MOST).subquery("first")
    return session.execute(
        sa.select(
            first,
            sa.func.coalesce(col(Person.name), col(Company.name)).label("client"),
            col(Stage.name).label("stage"),
        )
        .join(Stage, col(Stage.id) == first.c.stage_id)
        .outerjoin(Person, col(Person.id) == first.c.person_id)
        .outerjoin(Company, col(Company.id) == first.c.company_id)
        .order_by(*(first.c[name] for name in order))
    )
