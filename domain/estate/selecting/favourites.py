"""The star: a person's own list of units to come back to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.lines import UnitLine, lines
from domain.estate.models import Floor, Section, Unit
from domain.estate.selecting.models import Favourite
from domain.kernel.db import UNIT, VIEWER, ask, kept, pick
from domain.kernel.errors import Refused
from domain.kernel.text import _

MOST = 200


def star(session: Session, unit: Unit, *, by: User, now: datetime) -> None:
    """Keep the unit among the person's favourites; twice is once."""
    starred = sa.select(sa.func.count()).select_from(Favourite).where(col(Favourite.user_id) == by.id)
    if session.execute(starred).scalar_one() >= MOST:
        raise Refused(_("There are %(most)s favourites already: take some out first", most=MOST))
    row = insert(Favourite).values(user_id=by.id, unit_id=unit.id, added_at=now)
    session.execute(row.on_conflict_do_nothing())


def unstar(session: Session, unit: Unit, *, by: User) -> None:
    own = (col(Favourite.user_id) == by.id) & (col(Favourite.unit_id) == unit.id)
    session.execute(sa.delete(Favourite).where(own))


def is_starred(session: Session, unit: Unit, user: User) -> bool:
    return ask(session, _starred(), {"unit": unit.id, "viewer": user.id}).first() is not None


@kept
def _starred() -> sa.Select[Any]:
    return pick(Favourite.id).where(col(Favourite.user_id) == VIEWER, col(Favourite.unit_id) == UNIT)


def starred_in(session: Session, user: User, building_id: int) -> list[int]:
    """The person's favourites of one building: what its board and list mark."""
    own = (
        pick(Favourite.unit_id)
        .join(Unit, col(Unit.id) == Favourite.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(col(Favourite.user_id) == user.id, col(Section.building_id) == building_id)
        .order_by(col(Favourite.unit_id))
    )
    return list(session.execute(own).scalars())


def favourites(session: Session, user: User, *, now: datetime, most: int = MOST) -> list[UnitLine]:
    """All of them, the latest star first."""
    own = pick(Favourite.unit_id).where(col(Favourite.user_id) == user.id)
    latest = own.order_by(col(Favourite.added_at).desc(), col(Favourite.id).desc()).limit(most)
    return list(lines(session, session.execute(latest).scalars(), now=now).values())
