"""The company's projects as those see them who decide what is public."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.estate.models import Building, Floor, Project, Section, Unit, UnitKind
from domain.kernel.db import pick
from domain.publishing import stock
from domain.publishing.arranging import Shown, shown
from domain.publishing.models import ListedKind, Listing, Publication


@dataclass(frozen=True)
class ProjectLine:
    id: int
    name: str
    city: str
    published: bool
    buildings: int
    listed: int
    """Buildings of which at least one kind of units is public."""
    units: int
    """How many units outsiders see now."""


@dataclass(frozen=True)
class BuildingLine:
    id: int
    name: str
    address: str
    kinds: dict[UnitKind, Shown]


def projects(session: Session, *, now: datetime) -> list[ProjectLine]:
    has_kinds = (
        pick(ListedKind.id).where(col(ListedKind.listing_id) == Building.id).correlate(Building).exists()
    )
    rows = (
        pick(
            Project.id,
            Project.name,
            Project.city,
            sa.func.coalesce(Publication.published, sa.false()),
            sa.func.count(col(Building.id)),
            sa.func.count(col(Building.id)).filter(has_kinds),
        )
        .outerjoin(Publication, col(Publication.id) == Project.id)
        .outerjoin(Building, col(Building.project_id) == Project.id)
        .group_by(col(Project.id), col(Publication.id))
        .order_by(col(Project.position), col(Project.id))
    )
    units = stock.counts(session, now=now)
    return [
        ProjectLine(id_, name, city, published, buildings, listed, units.get(id_, 0))
        for id_, name, city, published, buildings, listed in session.execute(rows)
    ]


def buildings(session: Session, project_id: int) -> list[BuildingLine]:
    found = (
        select(Building, Listing.address)
        .outerjoin(Listing, col(Listing.id) == Building.id)
        .where(col(Building.project_id) == project_id)
        .order_by(col(Building.position), col(Building.id))
    )
    return [
        BuildingLine(building.id, building.name, address or "", shown(session, building.id))
        for building, address in session.exec(found)
    ]


def kinds_there(session: Session, building_id: int) -> dict[UnitKind, int]:
    """How many units of each kind the building has."""
    rows = (
        pick(Unit.kind, sa.func.count().label("units"))
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(col(Section.building_id) == building_id)
        .group_by(col(Unit.kind))
    )
    return {row.kind: row.units for row in session.execute(rows)}
