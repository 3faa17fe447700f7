"""Arriving at a unit, staying and leaving; a heartbeat holds nothing but the person's own line."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.estate.models import Floor, Section, Unit
from domain.estate.showing.models import Showing
from domain.kernel.db import MOMENT, UNIT, ask, kept, pick

SILENCE = timedelta(seconds=90)
"""Three heartbeats missed: the person is not there any more."""


@dataclass(frozen=True)
class Watcher:
    name: str
    to_client: bool
    since: datetime


@dataclass(frozen=True)
class Shown:
    """A unit that is before a client's eyes now."""

    unit_id: int
    number: str
    name: str
    since: datetime


def topic_of(unit_id: int) -> str:
    return f"unit-{unit_id}"


def present(session: Session, unit: Unit, user: User, *, now: datetime) -> tuple[list[Watcher], bool]:
    """Others who have the unit open now, those with a client first; and whether this person shows it."""
    rows = ask(session, _present(), {"unit": unit.id, "now": now - SILENCE}).all()
    others = [Watcher(name, to_client, began) for who, name, to_client, began in rows if who != user.id]
    return others, any(to_client for who, _name, to_client, _began in rows if who == user.id)


@kept
def _present() -> sa.Select[Any]:
    since = sa.func.coalesce(Showing.shown_since, Showing.since)
    return (
        pick(Showing.user_id, User.name, col(Showing.shown_since).is_not(None), since)
        .join(User, col(User.id) == Showing.user_id)
        .where(col(Showing.unit_id) == UNIT, col(Showing.seen_at) > MOMENT, col(User.disabled_at).is_(None))
        .order_by(col(Showing.shown_since).is_(None), since)
    )


def shown_in(session: Session, building_id: int, user: User, *, now: datetime) -> list[Shown]:
    """What others show to clients in the building now, by number of the unit; a few lines of everybody's."""
    rows = session.execute(
        pick(Showing.unit_id, Unit.number, User.name, Showing.shown_since)
        .join(User, col(User.id) == Showing.user_id)
        .join(Unit, col(Unit.id) == Showing.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(
            col(Section.building_id) == building_id,
            col(Showing.shown_since).is_not(None),
            col(Showing.seen_at) > now - SILENCE,
            col(Showing.user_id) != user.id,
            col(User.disabled_at).is_(None),
        )
        .order_by(col(Unit.position), col(Unit.id), col(Showing.shown_since))
    )
    return [Shown(*row) for row in rows]


def arrive(session: Session, unit: Unit, *, to_client: bool | None, by: User, now: datetime) -> None:
    """The person has the unit open: the first word of it, or one more heartbeat (`to_client` None).

    Others are told only when something is new to them. No row of the unit is touched, so that nobody
    who books it waits.
    """
    _forget_elsewhere(session, unit, by=by, now=now)
    before = session.execute(
        pick(Showing.since, Showing.seen_at, Showing.shown_since).where(
            col(Showing.unit_id) == unit.id, col(Showing.user_id) == by.id
        )
    ).first()
    there = before is not None and before.seen_at > now - SILENCE
    was_shown = before.shown_since if before and there else None
    told = was_shown is not None if to_client is None else to_client
    shown_since = (was_shown or now) if told else None
    own = {"since": before.since if before and there else now, "seen_at": now, "shown_since": shown_since}
    row = insert(Showing).values(unit_id=unit.id, user_id=by.id, **own)
    session.execute(row.on_conflict_do_update(index_elements=["unit_id", "user_id"], set_=own))
    if not there or shown_since != was_shown:
        _announce(session, unit, board=shown_since != was_shown)


def leave(session: Session, unit: Unit, *, by: User) -> None:
    gone = sa.delete(Showing).where(col(Showing.unit_id) == unit.id, col(Showing.user_id) == by.id)
    if line := session.execute(gone.returning(col(Showing.shown_since))).first():
        _announce(session, unit, board=line.shown_since is not None)


def _announce(session: Session, unit: Unit, *, board: bool) -> None:
    """To those at the unit, and to those at its building's board when the marks there change."""
    topics = [topic_of(unit.id)]
    if board:
        building = pick(Section.building_id).join(Floor, col(Floor.section_id) == Section.id)
        topics.append(
            f"showing-{session.execute(building.where(col(Floor.id) == unit.floor_id)).scalar_one()}"
        )
    events.announce(session, *topics)


def _forget_elsewhere(session: Session, unit: Unit, *, by: User, now: datetime) -> None:
    """The person's own old lines; one that another of their tabs is at is left to it."""
    old = (
        pick(Showing.id)
        .where(
            col(Showing.user_id) == by.id,
            col(Showing.unit_id) != unit.id,
            col(Showing.seen_at) <= now - SILENCE,
        )
        .with_for_update(skip_locked=True)
    )
    session.execute(sa.delete(Showing).where(col(Showing.id).in_(old)))
