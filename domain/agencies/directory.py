"""The agencies we work with and their people."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access import Role, User, rows_of, users
from domain.access.sessions import sign_out_everywhere
from domain.agencies.models import Agency, Agent
from domain.events import names
from domain.kernel import requisites
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.text import _

LONGEST_NAME = 300


def add(
    session: Session,
    *,
    name: str,
    inn: str,
    fixed_for: int,
    most_bookings: int,
    by: User,
    now: datetime,
    manager: User | None = None,
    funnel_id: int | None = None,
) -> Agency:
    """A new agency under its manager. Raises Invalid at the field, also when the ИНН is another agency's."""
    wanted = checked(name, inn, fixed_for, most_bookings)
    agency = Agency(manager_id=(manager or by).id, funnel_id=funnel_id, created_at=now, **wanted)
    _keep(session, agency)
    events.record(session, names.AGENCY_ADDED, agency, by=by, title=agency.name)
    return agency


def edit(
    session: Session,
    agency: Agency,
    *,
    version: int,
    name: str,
    inn: str,
    fixed_for: int,
    most_bookings: int,
    manager_id: int,
    by: User,
) -> None:
    """Save the form. Over somebody else's save it raises Stale with what now stands in each differing field.

    A new term counts for clients fixed from now on.
    """
    session.refresh(agency, with_for_update=LOCK)
    wanted = checked(name, inn, fixed_for, most_bookings) | {"manager_id": manager_id}
    changes = {
        field: (getattr(agency, field), value)
        for field, value in wanted.items()
        if getattr(agency, field) != value
    }
    if agency.version != version:
        raise Stale(
            _("Somebody saved this agency before you"),
            theirs={field: str(is_now or "—") for field, (is_now, _mine) in changes.items()},
        )
    if not changes:
        return
    for field, (_before, value) in changes.items():
        setattr(agency, field, value)
    agency.version += 1
    _keep(session, agency)
    events.record(session, names.AGENCY_EDITED, agency, by=by, changes=changes)


def engage(session: Session, agency: Agency, *, login: str, name: str, password: str, by: User) -> Agent:
    """Give a person of the agency a login. Raises Invalid at the field."""
    if agency.closed_at is not None:
        raise Refused(_("We no longer work with this agency"))
    if not name.strip():
        raise Invalid({"name": _("What is the agent called?")})
    user = users.add(session, login=login, name=name, password=password, role=Role.AGENT, by=by)
    agent = Agent(user_id=user.id, agency_id=agency.id)
    session.add(agent)
    events.record(session, names.AGENT_ENGAGED, agent, by=by, agency=agency.id, title=user.name)
    return agent


def part(session: Session, agency: Agency, *, by: User, now: datetime) -> None:
    """Work with the agency no more: its people are out everywhere at once, its clients are nobody's."""
    session.refresh(agency, with_for_update=LOCK)
    if agency.closed_at is not None:
        raise Refused(_("We no longer work with this agency"))
    agency.closed_at, agency.version = now, agency.version + 1
    for agent in session.exec(select(Agent).where(Agent.agency_id == agency.id)):
        if agent.user.disabled_at is None:
            agent.user.disabled_at = now
            sign_out_everywhere(session, agent.user, now=now)
    events.record(session, names.AGENCY_CLOSED, agency, by=by, title=agency.name)


def reopen(session: Session, agency: Agency, *, by: User) -> None:
    """The way back from `part`: its people may sign in again."""
    session.refresh(agency, with_for_update=LOCK)
    if agency.closed_at is None:
        raise Refused(_("We work with this agency already"))
    agency.closed_at, agency.version = None, agency.version + 1
    for agent in session.exec(select(Agent).where(Agent.agency_id == agency.id)):
        agent.user.disabled_at = None
    events.record(session, names.AGENCY_REOPENED, agency, by=by, title=agency.name)


def get_agency(session: Session, user: User, agency_id: int) -> Agency:
    """The agency, or Missing: one of another manager's and none at all look the same."""
    mine = select(Agency).where(Agency.id == agency_id, rows_of(user, col(Agency.manager_id)))
    agency = session.exec(mine).first() if 0 < agency_id < 2**63 else None
    if agency is None:
        raise Missing(_("There is no such agency, or it is not yours"))
    return agency


def agency_of(session: Session, user: User) -> Agency:
    """Where this agent works. Raises Missing for an account that was never tied to an agency."""
    his = select(Agency).join(Agent).where(Agent.user_id == user.id, col(Agency.closed_at).is_(None))
    agency = session.exec(his).first()
    if agency is None:
        raise Missing(_("Your account is not tied to an agency yet. Ask your manager at the developer."))
    return agency


def checked(name: str, inn: str, fixed_for: int, most_bookings: int) -> dict[str, Any]:
    """The fields as they are kept; raises Invalid with a sentence at each wrong one."""
    wrong: dict[str, str] = {}
    bare = " ".join(name.split())
    digits = "".join(inn.split())
    if not bare:
        wrong["name"] = _("What is the agency called?")
    if len(bare) > LONGEST_NAME:
        wrong["name"] = _("The name is longer than %(most)s characters", most=LONGEST_NAME)
    if digits and not requisites.valid_inn(digits):
        wrong["inn"] = _("This ИНН is wrong: check its digits")
    if not 1 <= fixed_for <= 365:
        wrong["fixed_for"] = _("From 1 to 365 days")
    if not 0 <= most_bookings <= 1000:
        wrong["most_bookings"] = _("From 0 to 1000 units")
    if wrong:
        raise Invalid(wrong)
    return {"name": bare, "inn": digits or None, "fixed_for": fixed_for, "most_bookings": most_bookings}


def _keep(session: Session, agency: Agency) -> None:
    try:
        with session.begin_nested():
            session.add(agency)
    except IntegrityError:
        raise Invalid({"inn": _("An agency with this ИНН is already here")}) from None
