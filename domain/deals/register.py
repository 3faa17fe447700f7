"""The register of bookings of one's own and one's people's: what holds, what ends today, what ran out."""

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.approvals.models import Approval
from domain.approvals.reading import alive
from domain.deals.funnels import in_work
from domain.deals.models import Deal
from domain.estate.claims import EXTENSION
from domain.estate.models import (
    Availability,
    Booking,
    BookingKind,
    BookingState,
    Building,
    Floor,
    Project,
    Section,
    Unit,
)
from domain.kernel.days import day_end
from domain.kernel.db import pick
from domain.parties.models import Company, Person

PAGE = 50
MOST_EXPORTED = 10_000
OVERDUE_FOR = timedelta(days=14)
"""How long a booking that ran out waits to be dealt with before it is only history."""


class Which(enum.StrEnum):
    ACTIVE = "active"
    TODAY = "today"
    WAITING = "waiting"
    OVERDUE = "overdue"
    OVER = "over"


@dataclass(frozen=True)
class Wanted:
    which: Which = Which.ACTIVE
    kind: BookingKind | None = None
    person_id: int | None = None
    building_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Line:
    id: int
    unit_id: int
    number: str
    building: str
    project: str
    deal_id: int
    deal: str | None
    """Title and client are told to those who may see the deal."""
    client: str | None
    who: str
    price: Decimal
    kind: BookingKind
    booked_at: datetime
    until: datetime
    state: BookingState
    closed_at: datetime | None
    extensions: int
    settled_at: datetime | None
    booked_by_id: int
    asked_days: int | None
    """An extension by so many days waits for the head."""
    free: bool
    """Nobody holds the unit and it is for sale: it can be booked again."""

    def holds(self, now: datetime) -> bool:
        return self.closed_at is None and (self.state is not BookingState.ACTIVE or self.until > now)


@dataclass(frozen=True)
class Register:
    lines: list[Line]
    counts: dict[Which, int]
    wanted: Wanted
    more: bool


def register(session: Session, user: User, wanted: Wanted, *, now: datetime) -> Register:
    """One page of the bookings asked for, and how many each state would show under the same filter."""
    found = _lines(session, user, wanted, now=now, most=PAGE + 1)
    return Register(found[:PAGE], _counts(session, user, wanted, now=now), wanted, len(found) > PAGE)


def exported(session: Session, user: User, wanted: Wanted, *, now: datetime) -> list[Line]:
    """Every line of the list, for a file."""
    return _lines(session, user, replace(wanted, page=1), now=now, most=MOST_EXPORTED)


def overdue(now: datetime) -> ColumnElement[bool]:
    """It ran out lately, nobody settled it, its deal is still open and holds the unit no more.

    A term that has passed counts at its minute, whether the sweeper has been there or not.
    """
    later = aliased(Booking)
    again = sa.exists().where(
        later.unit_id == Booking.unit_id,  # type: ignore[arg-type]
        later.deal_id == Booking.deal_id,  # type: ignore[arg-type]
        later.id > Booking.id,  # type: ignore[arg-type]
    )
    ran_out = sa.or_(
        col(Booking.state) == BookingState.EXPIRED,
        sa.and_(col(Booking.state) == BookingState.ACTIVE, col(Booking.until) <= now),
    )
    return sa.and_(
        ran_out,
        col(Booking.until) > now - OVERDUE_FOR,
        col(Booking.settled_at).is_(None),
        in_work(),
        ~again,
    )


def free_again(now: datetime) -> ColumnElement[bool]:
    """The unit of the booking is for sale and nobody holds it."""
    holder = aliased(Booking)
    held = sa.exists().where(
        holder.unit_id == Booking.unit_id,  # type: ignore[arg-type]
        col(holder.closed_at).is_(None),
        sa.or_(col(holder.state) != BookingState.ACTIVE, col(holder.until) > now),
    )
    return sa.and_(col(Unit.availability) == Availability.ON_SALE, col(Unit.price).is_not(None), ~held)


def _condition(which: Which, now: datetime) -> ColumnElement[bool]:
    holds = sa.and_(
        col(Booking.closed_at).is_(None),
        sa.or_(col(Booking.state) != BookingState.ACTIVE, col(Booking.until) > now),
    )
    active = sa.and_(col(Booking.state) == BookingState.ACTIVE, col(Booking.until) > now)
    return {
        Which.ACTIVE: holds,
        Which.TODAY: sa.and_(active, col(Booking.until) < day_end(now)),
        Which.WAITING: sa.and_(active, col(Approval.id).is_not(None)),
        Which.OVERDUE: overdue(now),
        Which.OVER: ~holds,
    }[which]


def _scoped(found: sa.Select[Any], user: User, wanted: Wanted, now: datetime) -> sa.Select[Any]:
    asked = sa.and_(col(Approval.kind) == EXTENSION, col(Approval.subject_id) == Booking.id, alive(now))
    found = (
        found.select_from(Booking)
        .join(Deal, col(Deal.id) == Booking.deal_id)
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .outerjoin(Approval, asked)
        .where(rows_of(user, col(Booking.booked_by_id)))
    )
    if wanted.kind:
        found = found.where(col(Booking.kind) == wanted.kind)
    if wanted.person_id:
        found = found.where(col(Booking.booked_by_id) == wanted.person_id)
    if wanted.building_id:
        found = found.where(col(Section.building_id) == wanted.building_id)
    return found


def _counts(session: Session, user: User, wanted: Wanted, *, now: datetime) -> dict[Which, int]:
    count = sa.func.count()
    counted = _scoped(pick(*(count.filter(_condition(which, now)) for which in Which)), user, wanted, now)
    return dict(zip(Which, session.execute(counted).one(), strict=True))


def _lines(session: Session, user: User, wanted: Wanted, *, now: datetime, most: int) -> list[Line]:
    seen = rows_of(user, col(Deal.responsible_id))
    latest_first = wanted.which in {Which.OVERDUE, Which.OVER}
    rows = (
        _scoped(
            pick(
                Booking.id, Unit.id, Unit.number, Building.name, Project.name, Booking.deal_id,
                sa.case((seen, col(Deal.title))),
                sa.case((seen, sa.func.coalesce(col(Person.name), col(Company.name)))),
                User.name, Booking.price, Booking.kind, Booking.booked_at, Booking.until, Booking.state,
                Booking.closed_at, Booking.extensions, Booking.settled_at, Booking.booked_by_id,
                col(Approval.wish)["days"].as_integer(), free_again(now),
            ),
            user,
            wanted,
            now,
        )
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .join(User, col(User.id) == Booking.booked_by_id)
        .outerjoin(Person, col(Person.id) == Deal.person_id)
        .outerjoin(Company, col(Company.id) == Deal.company_id)
        .where(_condition(wanted.which, now))
        .order_by(col(Booking.until).desc() if latest_first else col(Booking.until), col(Booking.id))
        .limit(most)
        .offset((wanted.page - 1) * PAGE)
    )  # fmt: skip
    return [Line(*row) for row in session.execute(rows)]
