"""What an agent sees of the stock: units that may be asked for, and nothing of the others."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import holding
from domain.estate.models import (
    Availability,
    Booking,
    Building,
    Finish,
    Floor,
    Project,
    Section,
    Unit,
    UnitKind,
)
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.text import _

PAGE = 60


@dataclass(frozen=True)
class Asked:
    """What the client looks for; an empty part does not narrow."""

    project_id: int | None = None
    kind: UnitKind = UnitKind.FLAT
    rooms: frozenset[int] = frozenset()
    price_to: Decimal | None = None
    area_from: Decimal | None = None


@dataclass(frozen=True)
class Line:
    id: int
    project: str
    building: str
    section: int
    floor: int
    number: str
    kind: UnitKind
    rooms: int
    area: Decimal
    area_living: Decimal | None
    area_kitchen: Decimal | None
    finish: Finish
    price: Decimal

    @property
    def metre(self) -> Decimal:
        return (self.price / self.area).quantize(Decimal(1))


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    total: int
    further: bool


def for_agents(session: Session, asked: Asked, *, page: int, now: datetime) -> Page:
    """Units that are free and priced, the cheapest first, sixty a page. Rooms above three count as three."""
    wanted = _narrowed(_lines(now), asked)
    total = session.execute(pick(sa.func.count()).select_from(wanted.order_by(None).subquery())).scalar_one()
    rows = session.execute(
        wanted.order_by(col(Unit.price), col(Unit.id)).offset((page - 1) * PAGE).limit(PAGE)
    )
    return Page([Line(*row) for row in rows], total, page * PAGE < total)


def line_of(session: Session, unit_id: int, *, now: datetime) -> Line:
    """One of them, or Missing: a unit that is taken and none at all look the same."""
    known = 0 < unit_id < 2**63
    row = session.execute(_lines(now).where(col(Unit.id) == unit_id)).first() if known else None
    if row is None:
        raise Missing(_("This unit is not on sale any more"))
    return Line(*row)


def projects(session: Session) -> list[tuple[int, str]]:
    rows = session.execute(pick(Project.id, Project.name).order_by(col(Project.position), col(Project.id)))
    return [(id_, name) for id_, name in rows]


def _lines(now: datetime) -> sa.Select[Any]:
    held = sa.exists().select_from(Booking).where(holding(now))
    return (
        pick(
            Unit.id, Project.name, Building.name, Section.number, Floor.number, Unit.number, Unit.kind,
            Unit.rooms, Unit.area_total, Unit.area_living, Unit.area_kitchen, Unit.finish, Unit.price,
        )
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .where(col(Unit.availability) == Availability.ON_SALE, col(Unit.price).is_not(None), ~held)
    )  # fmt: skip


def _narrowed(lines: sa.Select[Any], asked: Asked) -> sa.Select[Any]:
    lines = lines.where(col(Unit.kind) == asked.kind)
    if asked.project_id is not None:
        lines = lines.where(col(Project.id) == asked.project_id)
    if asked.rooms:
        lines = lines.where(sa.func.least(col(Unit.rooms), 3).in_(asked.rooms))
    if asked.price_to is not None:
        lines = lines.where(col(Unit.price) <= asked.price_to)
    if asked.area_from is not None:
        lines = lines.where(col(Unit.area_total) >= asked.area_from)
    return lines
