"""How many units clients of an agency and of an agent hold at once: every limit holds, so the strictest does.

The agency's own stands on its page, those for each agency and for each agent in the rules of bookings.
However a unit is booked in a deal of the agency, these are asked: see `allowances.demand_room`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access import Role, User, rows_of
from domain.agencies.models import Agency, AgencyDeal, Agent
from domain.estate import Booking
from domain.estate.terms import editing
from domain.estate.terms.allowances import (
    Filling,
    LimitReached,
    common,
    deal_limits,
    filling,
    fits,
    most_of,
)
from domain.estate.terms.models import Whose
from domain.kernel.db import LOCK, pick
from domain.kernel.text import _


def lock(session: Session, agency: Agency) -> None:
    """Who books for another client of the agency, whichever agent's, waits here and counts ours."""
    session.refresh(agency, with_for_update=LOCK)


def demand_room(session: Session, deal_id: int, units: Collection[int], now: datetime) -> None:
    """Refuse one booking too many in a deal of an agency, in the words of the limit that says so."""
    whose = (
        select(Agency, User)
        .join(AgencyDeal, col(AgencyDeal.agency_id) == Agency.id)
        .join(User, col(User.id) == AgencyDeal.agent_id)
        .where(AgencyDeal.deal_id == deal_id)
    )
    if (found := session.exec(whose).first()) is None:
        return
    agency, agent = found
    lock(session, agency)
    of_agency = _("Clients of «%(agency)s»", agency=agency.name)
    of_agent = _("Clients of agent %(agent)s", agent=agent.name)
    in_rules = _("in the rules of bookings")
    all_held = held(session, agency, now=now)
    _demand(agency.most_bookings, all_held, units, of_agency, _("on the agency's page"), now=now)
    _demand(common(session, Whose.AGENCY), all_held, units, of_agency, in_rules, now=now)
    theirs = _held(session, col(AgencyDeal.agent_id) == agent.id, now=now)
    _demand(most_of(session, agent), theirs, units, of_agent, in_rules, now=now)


def held(session: Session, agency: Agency, *, now: datetime) -> list[Filling]:
    """Bookings in deals of the agency's clients, which may be of several managers."""
    return _held(session, col(AgencyDeal.agency_id) == agency.id, now=now)


def most(session: Session, agency: Agency) -> int:
    """How many the agency may hold, by the stricter of its own limit and the common one."""
    each = common(session, Whose.AGENCY)
    return agency.most_bookings if each is None else min(agency.most_bookings, each)


def agents_of(session: Session, user: User) -> dict[int, str]:
    """Whose limits this person may set: agents of their own agencies, of all for the administrator."""
    rows = pick(Agent.user_id, Agency.name).join(Agency, col(Agency.id) == Agent.agency_id)
    if user.role is not Role.ADMIN:
        rows = rows.where(rows_of(user, col(Agency.manager_id)))
    return {row.user_id: row.name for row in session.execute(rows)}


def _held(session: Session, whose: sa.ColumnElement[bool], *, now: datetime) -> list[Filling]:
    theirs = filling(session, col(Booking.deal_id).in_(pick(AgencyDeal.deal_id).where(whose)), now=now)
    return [replace(one, deal_id=None) for one in theirs]


def _demand(
    limit: int | None, taken: list[Filling], units: Collection[int], whose: str, where: str, *, now: datetime
) -> None:
    if fits(limit, taken, units):
        return
    sentence = _(
        "%(whose)s may hold %(limit)s units at once, and hold %(held)s. "
        "Release one, or raise the limit %(where)s.",
        whose=whose,
        limit=limit,
        held=len(taken),
        where=where,
    )
    raise LimitReached(sentence, taken, now=now)


deal_limits.append(demand_room)
editing.agents_of.append(agents_of)
