"""What is drawn, as screens ask for it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.access.models import User
from domain.access.policy import Permission, may
from domain.estate.drawings.models import Layout, Outline, Plan
from domain.estate.grid import covered
from domain.estate.models import Building, Floor, Section, Unit
from domain.kernel.db import UNIT, ask, kept, pick
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1
HIGHEST = 4
"""Floors the tallest unit takes."""


def get_plan(session: Session, user: User, plan_id: int) -> Plan:
    """The plan, also one taken off: it may be put back."""
    known = may(user, Permission.ESTATE_SEE) and 0 < plan_id <= LARGEST_ID
    plan = session.get(Plan, plan_id) if known else None
    if plan is None:
        raise Missing(_("There is no such plan"))
    return plan


def get_layout(session: Session, user: User, layout_id: int) -> Layout:
    known = may(user, Permission.ESTATE_SEE) and 0 < layout_id <= LARGEST_ID
    layout = session.get(Layout, layout_id) if known else None
    if layout is None:
        raise Missing(_("There is no such layout"))
    return layout


def get_floor(session: Session, user: User, floor_id: int) -> Floor:
    known = may(user, Permission.ESTATE_SEE) and 0 < floor_id <= LARGEST_ID
    floor = session.get(Floor, floor_id) if known else None
    if floor is None:
        raise Missing(_("There is no such floor"))
    return floor


def plan_of(session: Session, unit: Unit) -> Plan | None:
    """The picture of the unit itself, else of its layout."""
    return session.exec(_plan_of(), params={"unit": unit.id, "layout": unit.layout_id}).first()


@kept
def _plan_of() -> SelectOfScalar[Plan]:
    own = (col(Plan.unit_id) == UNIT) | (col(Plan.layout_id) == sa.bindparam("layout"))
    return select(Plan).where(own, col(Plan.removed_at).is_(None)).order_by(col(Plan.unit_id).is_(None))


class Source(NamedTuple):
    """What is drawn is read from these: the tables of today, or in their shape those of a past day."""

    layout: Any = Layout
    plan: Any = Plan
    outline: Any = Outline


TODAY = Source()


@dataclass(frozen=True)
class OnFloor:
    """The plan of a floor, with the corners of outlined units in the picture's own units."""

    plan_id: int
    width: int
    height: int
    outlines: dict[int, list[tuple[float, float]]] = field(default_factory=dict)


def place_of(session: Session, unit: Unit) -> OnFloor | None:
    """The plan of the unit's floor with the unit alone on it, when it is outlined there."""
    found = ask(session, _outlined(), {"unit": unit.id, "floor": unit.floor_id}).first()
    return _drawn([found])[found.section_id, found.number] if found else None


@kept
def _outlined() -> sa.Select[Any]:
    mine = (col(Plan.floor_id) == sa.bindparam("floor")) & (col(Outline.unit_id) == UNIT)
    return _plans_with_outlines().where(mine)


def floor_plans(building_id: int, number: int, source: Source = TODAY) -> sa.Select[Any]:
    """The statement for the plans of that floor in every section of the building, an outline a row."""
    of_it = (col(Section.building_id) == building_id) & (col(Floor.number) == number)
    return _plans_with_outlines(source).where(of_it)


def floor_plans_of(
    session: Session, building_id: int, number: int, source: Source = TODAY
) -> dict[int, OnFloor]:
    """By section."""
    drawn = _drawn(session.execute(floor_plans(building_id, number, source)))
    return {section: plan for (section, _number), plan in drawn.items()}


def _plans_with_outlines(source: Source = TODAY) -> sa.Select[Any]:
    _layout, plan, outline = source
    return (
        pick(
            col(Floor.section_id), col(Floor.number), plan.id, plan.width, plan.height, outline.unit_id,
            outline.points,
        )
        .select_from(plan)
        .join(Floor, col(Floor.id) == plan.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .outerjoin(outline, outline.plan_id == plan.id)
        .where(plan.removed_at.is_(None))
        .order_by(outline.unit_id)
    )  # fmt: skip


def _drawn(rows: Any) -> dict[tuple[int, int], OnFloor]:
    plans: dict[tuple[int, int], OnFloor] = {}
    for section, number, plan_id, width, height, unit_id, points in rows:
        plan = plans.setdefault((section, number), OnFloor(plan_id, width, height))
        if points:
            plan.outlines[unit_id] = [(x * width, y * height) for x, y in points]
    return plans


def units_of_floor(session: Session, floor_id: int) -> list[Unit]:
    """Those that stand on it and those that reach up to it from below."""
    floor = session.get_one(Floor, floor_id)
    near = (
        select(Unit, Floor.number)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .where(Floor.section_id == floor.section_id)
        .where(col(Floor.number) > floor.number - HIGHEST - 1, Floor.number <= floor.number)
        .order_by(col(Unit.position), col(Unit.id))
    )
    return [unit for unit, number in session.exec(near) if floor.number in covered(number, unit.storeys)]


def building_of_floor(session: Session, floor_id: int) -> int:
    building = pick(Section.building_id).join(Floor, col(Floor.section_id) == Section.id)
    return session.execute(building.where(col(Floor.id) == floor_id)).scalar_one()


def buildings_of(session: Session, plan: Plan) -> list[int]:
    """Where the plan is seen: whose boards look again when it changes."""
    its = Unit.id == plan.unit_id if plan.unit_id else Unit.layout_id == plan.layout_id
    if plan.floor_id:
        return [building_of_floor(session, plan.floor_id)]
    return buildings_where(session, its)


def buildings_where(session: Session, units: Any) -> list[int]:
    seen = (
        pick(Section.building_id)
        .join(Floor, col(Floor.section_id) == Section.id)
        .join(Unit, col(Unit.floor_id) == Floor.id)
        .where(units)
        .distinct()
    )
    return list(session.execute(seen).scalars())


def project_of(session: Session, unit: Unit) -> int:
    project = (
        pick(Building.project_id)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
    )
    return session.execute(project.where(col(Floor.id) == unit.floor_id)).scalar_one()
