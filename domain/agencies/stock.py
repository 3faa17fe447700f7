"""What an agent sees of the stock: public units that may be asked for, public promotions, nothing else."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.models import (
    Building,
    Finish,
    Floor,
    Project,
    Section,
    Unit,
    UnitKind,
)
from domain.estate.pricing import Sale, for_sale
from domain.estate.pricing.criteria import is_free, units_of
from domain.estate.pricing.sale import asked_today
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.text import _
from domain.publishing.models import ListedKind, Publication
from domain.publishing.stock import listed

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
    sale: Sale

    @property
    def metre(self) -> Decimal:
        assert self.sale.price is not None, "units without a price are not in the list"
        return (self.sale.price / self.area).quantize(Decimal(1))


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    total: int
    further: bool


def for_agents(session: Session, asked: Asked, *, page: int, now: datetime) -> Page:
    """Units that are free and priced, the cheapest first, sixty a page. Rooms above three count as three."""
    price = asked_today(now=now, public=True)
    wanted = _narrowed(_rows(now), asked, price)
    total = session.execute(pick(sa.func.count()).select_from(wanted.subquery())).scalar_one()
    rows = wanted.order_by(price, col(Unit.id)).offset((page - 1) * PAGE).limit(PAGE)
    return Page(_lines(session, rows, now=now), total, page * PAGE < total)


def line_of(session: Session, unit_id: int, *, now: datetime) -> Line:
    """One of them, or Missing: a unit that is taken and none at all look the same."""
    known = 0 < unit_id < 2**63
    lines = _lines(session, _rows(now).where(col(Unit.id) == unit_id), now=now) if known else []
    if not lines:
        raise Missing(_("This unit is not on sale any more"))
    return lines[0]


def _lines(session: Session, rows: sa.Select[Any], *, now: datetime) -> list[Line]:
    found = session.execute(rows).all()
    sales = for_sale(session, [row.id for row in found], now=now, public=True)
    return [Line(*(*row, sales[row.id])) for row in found]


def projects(session: Session) -> list[tuple[int, str]]:
    published = pick(Project.id, Project.name).join(Publication, col(Publication.id) == Project.id)
    rows = published.where(col(Publication.published)).order_by(col(Project.position), col(Project.id))
    return [(id_, name) for id_, name in session.execute(rows)]


def _rows(now: datetime) -> sa.Select[Any]:
    return (
        units_of(
            Unit.id, Project.name, Building.name, Section.number, Floor.number, Unit.number, Unit.kind,
            Unit.rooms, Unit.area_total, Unit.area_living, Unit.area_kitchen, Unit.finish, now=now,
        )
        .join(Project, col(Project.id) == Building.project_id)
        .join(Publication, col(Publication.id) == Project.id)
        .join(ListedKind, listed())
        .where(col(Publication.published), is_free(), col(Unit.price).is_not(None))
    )  # fmt: skip


def _narrowed(lines: sa.Select[Any], asked: Asked, price: sa.ColumnElement[Decimal]) -> sa.Select[Any]:
    lines = lines.where(col(Unit.kind) == asked.kind)
    if asked.project_id is not None:
        lines = lines.where(col(Project.id) == asked.project_id)
    if asked.rooms:
        lines = lines.where(sa.func.least(col(Unit.rooms), 3).in_(asked.rooms))
    if asked.price_to is not None:
        lines = lines.where(price <= asked.price_to)
    if asked.area_from is not None:
        lines = lines.where(col(Unit.area_total) >= asked.area_from)
    return lines
