"""Agencies and requests as the screens show them: an agent sees his own, a manager those he answers for."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access import User, rows_of
from domain.agencies.models import Agency, AgencyDeal, Agent, BookingRequest, Fixation, RequestState
from domain.deals.models import Deal, Stage
from domain.estate.chessboard import holding, status
from domain.estate.models import Booking, Building, Floor, Section, Unit, UnitKind, UnitStatus
from domain.estate.pricing import for_sale
from domain.kernel.db import pick

PAGE = 100


@dataclass(frozen=True)
class Line:
    """An agency in the list."""

    id: int
    name: str
    inn: str | None
    manager: str
    agents: int
    fixed: int
    waiting: int
    closed: bool


@dataclass(frozen=True)
class Asked:
    """A request with what became of the unit meanwhile."""

    id: int
    asked_at: datetime
    text: str
    state: RequestState
    decided_at: datetime | None
    answer: str
    deal_id: int | None
    client: str
    phone: str
    fixed_until: datetime
    agency_id: int
    agency: str
    agent: str
    unit_id: int
    number: str
    kind: UnitKind
    building: str
    floor: int
    price: Decimal | None
    """For `requests` what a booking would come to today, promotions counted."""
    status: UnitStatus

    @property
    def taken(self) -> bool:
        """Whether somebody was quicker: it can't be confirmed any more."""
        return self.state is RequestState.WAITING and self.status is not UnitStatus.FREE


@dataclass(frozen=True)
class Member:
    name: str
    login: str
    disabled: bool


@dataclass(frozen=True)
class Sale:
    deal_id: int
    title: str
    stage: str
    agent: str
    amount: Decimal | None
    held: int
    """Units the deal holds now."""


def agencies(session: Session, user: User, *, now: datetime) -> list[Line]:
    """Those the person answers for, or their people do; closed ones last."""
    fixed = (
        pick(sa.func.count())
        .where(
            col(Fixation.agency_id) == Agency.id,
            col(Fixation.ended_at).is_(None),
            col(Fixation.until) > now,
        )
        .scalar_subquery()
    )
    agents = pick(sa.func.count()).where(col(Agent.agency_id) == Agency.id).scalar_subquery()
    waiting = (
        pick(sa.func.count())
        .select_from(BookingRequest)
        .join(Fixation, col(Fixation.id) == BookingRequest.fixation_id)
        .where(col(Fixation.agency_id) == Agency.id, col(BookingRequest.state) == RequestState.WAITING)
        .correlate(Agency)
        .scalar_subquery()
    )
    rows = (
        pick(Agency.id, Agency.name, Agency.inn, User.name, agents, fixed, waiting, col(Agency.closed_at))
        .join(User, col(User.id) == Agency.manager_id)
        .where(rows_of(user, col(Agency.manager_id)))
        .order_by(col(Agency.closed_at).is_not(None), Agency.name)
        .limit(500)
    )
    return [Line(*(*told, closed_at is not None)) for *told, closed_at in session.execute(rows)]


def requests(
    session: Session,
    user: User,
    *,
    now: datetime,
    waiting: bool | None = None,
    agency_id: int | None = None,
) -> list[Asked]:
    """Requests the person may answer, the oldest waiting first; decided ones latest first."""
    rows = _asked(now).where(rows_of(user, col(Agency.manager_id)))
    if agency_id is not None:
        rows = rows.where(col(Agency.id) == agency_id)
    is_waiting = col(BookingRequest.state) == RequestState.WAITING
    if waiting is not None:
        rows = rows.where(is_waiting if waiting else ~is_waiting)
    order = col(BookingRequest.id) if waiting else col(BookingRequest.id).desc()
    found = _read(session, rows.order_by(is_waiting.desc(), order))
    sales = for_sale(session, [one.unit_id for one in found], now=now)
    return [replace(one, price=sales[one.unit_id].price) for one in found]


def own_requests(session: Session, user: User, *, now: datetime) -> list[Asked]:
    """The agent's own, those waiting first."""
    is_waiting = col(BookingRequest.state) == RequestState.WAITING
    rows = _asked(now).where(col(Fixation.agent_id) == user.id)
    return _read(session, rows.order_by(is_waiting.desc(), col(BookingRequest.id).desc()))


def waiting_count(session: Session, user: User) -> int:
    waiting = (
        pick(sa.func.count())
        .select_from(BookingRequest)
        .join(Fixation, col(Fixation.id) == BookingRequest.fixation_id)
        .join(Agency, col(Agency.id) == Fixation.agency_id)
        .where(col(BookingRequest.state) == RequestState.WAITING, rows_of(user, col(Agency.manager_id)))
    )
    return session.execute(waiting).scalar_one()


def members(session: Session, agency: Agency) -> list[Member]:
    rows = (
        pick(User.name, User.login, col(User.disabled_at))
        .join(Agent, col(Agent.user_id) == User.id)
        .where(col(Agent.agency_id) == agency.id)
        .order_by(User.name)
    )
    return [Member(name, login, gone is not None) for name, login, gone in session.execute(rows)]


def fixations(session: Session, agency: Agency) -> list[tuple[Fixation, str]]:
    """Clients of the agency with the agent's name, the latest first."""
    rows = (
        pick(Fixation, User.name)
        .join(User, col(User.id) == Fixation.agent_id)
        .where(col(Fixation.agency_id) == agency.id)
        .order_by(col(Fixation.id).desc())
        .limit(PAGE)
    )
    return [(fixation, name) for fixation, name in session.execute(rows)]


def sales(session: Session, user: User, agency: Agency) -> list[Sale]:
    """Deals of the agency's clients, among those the person may see."""
    held = (
        pick(sa.func.count())
        .where(col(Booking.deal_id) == Deal.id, col(Booking.closed_at).is_(None))
        .correlate(Deal)
        .scalar_subquery()
    )
    rows = (
        pick(Deal.id, Deal.title, Stage.name, User.name, Deal.amount, held)
        .join(AgencyDeal, col(AgencyDeal.deal_id) == Deal.id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .join(User, col(User.id) == AgencyDeal.agent_id)
        .where(col(AgencyDeal.agency_id) == agency.id, rows_of(user, col(Deal.responsible_id)))
        .order_by(col(Deal.id).desc())
        .limit(PAGE)
    )
    return [Sale(*row) for row in session.execute(rows)]


def _asked(now: datetime) -> sa.Select[Any]:
    return (
        pick(
            BookingRequest.id, BookingRequest.asked_at, BookingRequest.text, BookingRequest.state,
            BookingRequest.decided_at, BookingRequest.answer, BookingRequest.deal_id, Fixation.name,
            Fixation.phone, Fixation.until, Agency.id, Agency.name, User.name, Unit.id, Unit.number,
            Unit.kind, Building.name, Floor.number, Unit.price, Unit.availability, Booking.state,
        )
        .select_from(BookingRequest)
        .join(Fixation, col(Fixation.id) == BookingRequest.fixation_id)
        .join(Agency, col(Agency.id) == Fixation.agency_id)
        .join(User, col(User.id) == Fixation.agent_id)
        .join(Unit, col(Unit.id) == BookingRequest.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .outerjoin(Booking, holding(now))
        .limit(PAGE)
    )  # fmt: skip


def _read(session: Session, rows: sa.Select[Any]) -> list[Asked]:
    return [
        Asked(*(*told, status(availability, claim))) for *told, availability, claim in session.execute(rows)
    ]
