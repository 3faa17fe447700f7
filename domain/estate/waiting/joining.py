"""Into the line, out of it, and to another place in it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import Permission, may, may_act_for
from domain.estate.claims import active, lock
from domain.estate.models import Availability, Unit
from domain.estate.waiting import lines
from domain.estate.waiting.models import Waiting, WaitingState
from domain.events import names
from domain.kernel.db import pick
from domain.kernel.errors import Forbidden, Refused
from domain.kernel.text import _

LONGEST_LINE = 50


def join(session: Session, unit: Unit, *, deal_id: int, by: User, now: datetime) -> Waiting:
    """The last place in the line of a unit that is not free. A deal has one place for a unit."""
    lock(session, unit)
    standing = lines.line(session, unit.id)
    held = active(session, unit, now=now)
    if held is not None and held.deal_id == deal_id:
        raise Refused(_("Unit %(number)s is already held for this deal", number=unit.number))
    if any(one.deal_id == deal_id for one in standing):
        raise Refused(_("This deal is already in the line for unit %(number)s", number=unit.number))
    if held is None and not standing and _is_had(unit):
        raise Refused(_("Unit %(number)s is free: book it", number=unit.number))
    if len(standing) >= LONGEST_LINE:
        raise Refused(_("The line for unit %(number)s is full", number=unit.number))
    return _stand(session, unit, deal_id=deal_id, place=_last(session, unit) + 1, by=by, now=now)


def leave(session: Session, one: Waiting, *, by: User, now: datetime) -> None:
    """Out of the line by one's own will; an offer is declined instead."""
    _lock_standing(session, one)
    _demand_own(session, one, by=by)
    if one.state is WaitingState.OFFERED:
        raise Refused(_("The unit is offered: accept or decline it"))
    lines.give_up(session, one, WaitingState.LEFT, names.WAITING_LEFT, by=by, now=now)


def reorder(session: Session, one: Waiting, *, place: int, reason: str, by: User, now: datetime) -> None:
    """Put somebody who waits to the n-th place; the head says why, and those passed over are told."""
    demand_head(by)
    told = lines.reason_of(reason)
    _lock_standing(session, one)
    if one.state is not WaitingState.WAITING:
        raise Refused(_("The unit is offered: accept or decline it"))
    standing = [each for each in lines.line(session, one.unit_id) if each.state is WaitingState.WAITING]
    before = standing.index(one)
    after = max(0, min(place - 1, len(standing) - 1))
    if before == after:
        return
    standing.insert(after, standing.pop(before))
    for number, each in enumerate(standing, start=1):
        each.place = number
    session.flush()
    changes = {"place": (before + 1, after + 1)}
    lines.record(session, names.WAITING_MOVED, one, by=by, reason=told, changes=changes)
    for each in standing[after + 1 : before + 1]:
        lines.record(session, names.WAITING_PASSED, each, by=by, reason=told)


def put_first(session: Session, unit: Unit, *, deal_id: int, reason: str, by: User, now: datetime) -> Waiting:
    """The deal before everybody who waits, by the head's word; the caller holds the unit."""
    demand_head(by)
    told = lines.reason_of(reason)
    standing = lines.line(session, unit.id)
    place = min((each.place for each in standing), default=1) - 1
    mine = next((each for each in standing if each.deal_id == deal_id), None)
    if mine and mine.state is WaitingState.OFFERED:
        return mine
    one = mine or _stand(session, unit, deal_id=deal_id, place=place, by=by, now=now)
    if mine:
        before, mine.place = mine.place, place
        session.flush()
        lines.record(
            session, names.WAITING_MOVED, mine, by=by, reason=told, changes={"place": (before, place)}
        )
    for each in standing:
        if each is not mine:
            lines.record(session, names.WAITING_PASSED, each, by=by, reason=told)
    return one


def _stand(session: Session, unit: Unit, *, deal_id: int, place: int, by: User, now: datetime) -> Waiting:
    one = Waiting(unit_id=unit.id, deal_id=deal_id, who_id=by.id, place=place, since=now)
    session.add(one)
    session.flush()
    lines.record(session, names.WAITING_JOINED, one, by=by)
    return one


def _last(session: Session, unit: Unit) -> int:
    places = pick(sa.func.coalesce(sa.func.max(Waiting.place), 0))
    return int(session.execute(places.where(col(Waiting.unit_id) == unit.id)).scalar_one())


def _is_had(unit: Unit) -> bool:
    return unit.availability is Availability.ON_SALE and unit.price is not None


def _lock_standing(session: Session, one: Waiting) -> None:
    lock(session, session.get_one(Unit, one.unit_id))
    session.refresh(one)
    if one.left_at is not None:
        raise Refused(_("This place in the line is already given up"))


def _demand_own(session: Session, one: Waiting, *, by: User) -> None:
    """One's own place, or of one of the people below."""
    if not may_act_for(session, by, one.who_id):
        raise Forbidden(_("This place belongs to %(who)s. Ask them or their head.", who=one.who.name))


def demand_head(by: User) -> None:
    if not may(by, Permission.ESTATE_LINE):
        raise Forbidden(_("Only the head changes the order of a waiting list"))
