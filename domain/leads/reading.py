"""Requests as people see them: one's own and one's people's, and those that wait for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access.models import Role, User
from domain.access.policy import GRANTS, Permission, Viewer, rows_of
from domain.estate.models import Building, Floor, Project, Section, Unit
from domain.kernel.db import UNIT, ask, kept, pick
from domain.kernel.errors import Missing
from domain.kernel.text import _
from domain.leads.models import Lead, LeadState

PAGE = 50
OPEN = (LeadState.NEW, LeadState.TAKEN)


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    phone: str
    text: str
    source: str
    page: str
    utm: dict[str, str]
    state: LeadState
    responsible_id: int | None
    responsible: str | None
    unit_id: int | None
    number: str | None
    building: str | None
    project: str | None
    deal_id: int | None
    junk_reason: str
    created_at: datetime
    repeats: int


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    more: int | None
    """The id to continue after; None at the end."""
    waiting: int
    """How many new ones there are altogether for this person."""


def seen_by(user: User | Viewer) -> sa.ColumnElement[bool]:
    """Own and of one's people; nobody's are seen by the region they came to, by heads all of them."""
    nobodys: sa.ColumnElement[bool] = col(Lead.responsible_id).is_(None)
    if user.role is Role.MANAGER:
        here = sa.or_(col(Lead.region_id).is_(None), col(Lead.region_id).is_not_distinct_from(user.region_id))
        nobodys = sa.and_(nobodys, here)
    elif user.role is not Role.HEAD:
        nobodys = sa.false()
    return sa.or_(rows_of(user, col(Lead.responsible_id)), nobodys)


def get_lead(session: Session, user: User, lead_id: int) -> Lead:
    """The request, or Missing: somebody else's and none at all look the same."""
    mine = select(Lead).where(Lead.id == lead_id, seen_by(user))
    found = session.exec(mine).first() if 0 < lead_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such enquiry, or it is not yours"))
    return found


def list_leads(
    session: Session, user: User, *, states: tuple[LeadState, ...], after: int = 0, unit_id: int | None = None
) -> Page:
    """Newest first."""
    rows = (
        pick(
            Lead.id, Lead.name, Lead.phone, Lead.text, Lead.source, Lead.page, Lead.utm, Lead.state,
            Lead.responsible_id, User.name, Lead.unit_id, Unit.number, Building.name, Project.name,
            Lead.deal_id, Lead.junk_reason, Lead.created_at, Lead.repeats,
        )
        .outerjoin(User, col(User.id) == Lead.responsible_id)
        .outerjoin(Unit, col(Unit.id) == Lead.unit_id)
        .outerjoin(Floor, col(Floor.id) == Unit.floor_id)
        .outerjoin(Section, col(Section.id) == Floor.section_id)
        .outerjoin(Building, col(Building.id) == Section.building_id)
        .outerjoin(Project, col(Project.id) == Building.project_id)
        .where(seen_by(user), col(Lead.state).in_(states))
        .order_by(col(Lead.id).desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    if after:
        rows = rows.where(col(Lead.id) < after)
    if unit_id:
        rows = rows.where(col(Lead.unit_id) == unit_id)
    lines = [Line(*row) for row in session.execute(rows)]
    return Page(lines[:PAGE], lines[PAGE - 1].id if len(lines) > PAGE else None, count_new(session, user))


def count_new(session: Session, user: User) -> int:
    new = pick(sa.func.count(col(Lead.id))).where(seen_by(user), col(Lead.state) == LeadState.NEW)
    return session.execute(new).scalar_one()


def count_of_unit(session: Session, user: User, unit_id: int) -> int:
    """Requests about this unit that are not done with, of those this person may see."""
    asked = {"unit": unit_id, "viewer": user.id, "region": user.region_id}
    return ask(session, _about_unit(user.role), asked).scalar_one()


@kept
def _about_unit(role: Role) -> sa.Select[Any]:
    seen = seen_by(Viewer(role))
    return pick(sa.func.count(col(Lead.id))).where(seen, col(Lead.unit_id) == UNIT, col(Lead.state).in_(OPEN))


def takers(session: Session, lead: Lead) -> set[int]:
    """Whom a request concerns: who has it, else everybody who may take it."""
    if lead.responsible_id is not None:
        return {lead.responsible_id}
    roles = [role for role, verbs in GRANTS.items() if Permission.LEADS_SEE in verbs]
    people = pick(User.id).where(col(User.role).in_(roles), col(User.disabled_at).is_(None))
    if lead.region_id is not None:
        here = sa.or_(col(User.region_id) == lead.region_id, col(User.role) == Role.HEAD)
        people = people.where(here)
    return set(session.execute(people).scalars())
