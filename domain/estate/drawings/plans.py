"""Plans: the pictures of units, layouts and floors, put, replaced, taken off and put back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events, files
from domain.access.models import User
from domain.estate.drawings.models import Layout, Outline, Plan
from domain.estate.drawings.reading import buildings_of, units_of_floor
from domain.estate.models import Floor, Unit
from domain.events import names
from domain.files.pictures import Picture, redrawn
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _

Planned = Unit | Layout | Floor
COLUMN = {Unit: "unit_id", Layout: "layout_id", Floor: "floor_id"}
MOST_COPIES = 200


def put(
    session: Session, thing: Planned, called: str, content: BinaryIO, *, by: User | None, now: datetime
) -> Plan:
    """The picture becomes the plan of the thing; outlines of the one before it stay where they were.

    Raises Refused with a sentence about the file.
    """
    return keep(session, thing, redrawn(content, called), by=by, now=now)


def keep(session: Session, thing: Planned, picture: Picture, *, by: User | None, now: datetime) -> Plan:
    whole = files.keep(session, [picture.content], media_type=picture.media_type, now=now)
    small = files.keep(session, [picture.thumbnail], media_type=picture.media_type, now=now)
    session.refresh(thing, with_for_update=LOCK)
    wanted: dict[str, Any] = {
        COLUMN[type(thing)]: thing.id,
        "sha256": whole.sha256,
        "thumbnail_sha256": small.sha256,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "put_by_id": by.id if by else None,
        "put_at": now,
    }
    found = live(session, thing)
    before = found.sha256 if found else None
    plan = found or Plan(**wanted)
    plan.sqlmodel_update(wanted)
    session.add(plan)
    session.flush()
    _record(session, names.PLAN_PUT, plan, by=by, changes={"sha256": (before, plan.sha256)})
    return plan


def live(session: Session, thing: Planned) -> Plan | None:
    of_it = col(getattr(Plan, COLUMN[type(thing)])) == thing.id
    return session.exec(select(Plan).where(of_it, col(Plan.removed_at).is_(None))).first()


def take_off(session: Session, plan: Plan, *, by: User, now: datetime) -> None:
    """The plan is no longer shown; its outlines wait for it."""
    session.refresh(plan, with_for_update=LOCK)
    if plan.removed_at is None:
        plan.removed_at = now
        session.flush()
        _record(session, names.PLAN_REMOVED, plan, by=by)


def put_back(session: Session, plan: Plan, *, by: User) -> None:
    """Raises Refused when another has taken its place."""
    session.refresh(plan, with_for_update=LOCK)
    if plan.removed_at is None:
        return
    try:
        with session.begin_nested():
            plan.removed_at = None
            session.flush()
    except sa.exc.IntegrityError:
        raise Refused(_("There is another plan in this place already")) from None
    _record(session, names.PLAN_RESTORED, plan, by=by)


def spread(session: Session, floor: Floor, numbers: Iterable[int], *, by: User | None, now: datetime) -> int:
    """Give other floors of the section the same plan and the outlines of the units in the same places.

    Floors that have a plan keep it, and floors with another number of units get no outlines. Returns how many
    floors got the plan.
    """
    plan = live(session, floor)
    if plan is None:
        raise Refused(_("This floor has no plan yet"))
    wanted = set(numbers) - {floor.number}
    others = select(Floor).where(Floor.section_id == floor.section_id, col(Floor.number).in_(wanted))
    found = session.exec(others.order_by(col(Floor.number)).limit(MOST_COPIES)).all()
    if not found:
        raise Invalid(
            {"floors": _("There are no such floors in this section: write them as 3-16 or 2, 4, 6")}
        )
    drawn = {
        outline.unit_id: outline
        for outline in session.exec(select(Outline).where(Outline.plan_id == plan.id))
    }
    here = [drawn.get(unit.id) for unit in units_of_floor(session, floor.id)]
    return sum(_copy(session, plan, here, other, by=by, now=now) for other in found)


def _copy(
    session: Session, plan: Plan, here: list[Outline | None], other: Floor, *, by: User | None, now: datetime
) -> bool:
    session.refresh(other, with_for_update=LOCK)
    if live(session, other):
        return False
    copied = Plan(
        floor_id=other.id, sha256=plan.sha256, thumbnail_sha256=plan.thumbnail_sha256,
        media_type=plan.media_type, width=plan.width, height=plan.height, put_by_id=by.id if by else None,
        put_at=now,
    )  # fmt: skip
    session.add(copied)
    session.flush()
    there = units_of_floor(session, other.id)
    for unit, outline in zip(there, here, strict=False) if len(there) == len(here) else ():
        if outline is not None and outline.points:
            session.add(Outline(plan_id=copied.id, unit_id=unit.id, points=outline.points))
    session.flush()
    _record(session, names.PLAN_PUT, copied, by=by, changes={"sha256": (None, copied.sha256)}, like=plan.id)
    return True


def _record(session: Session, name: str, plan: Plan, *, by: User | None, **payload: Any) -> None:
    topics = [f"building-{building}" for building in buildings_of(session, plan)]
    of_what: dict[str, Any] = {
        column: getattr(plan, column) for column in COLUMN.values() if getattr(plan, column)
    }
    events.record(session, name, plan, by=by, topics=topics, **of_what, **payload)
