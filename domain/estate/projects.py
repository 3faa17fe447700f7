"""The projects of the company and how much of each is left."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import holding
from domain.estate.models import Availability, Booking, Building, Floor, Project, Section, Unit, UnitKind
from domain.kernel.db import pick


@dataclass(frozen=True)
class ProjectLine:
    id: int
    name: str
    city: str
    buildings: int
    flats: int
    free: int
    booked: int


def projects(session: Session, *, now: datetime) -> list[ProjectLine]:
    """Every project with how much of it is left."""
    held = holding(now)
    on_sale = col(Unit.availability) == Availability.ON_SALE
    flat = col(Unit.kind) == UnitKind.FLAT
    lines = (
        pick(
            Project.id,
            Project.name,
            Project.city,
            sa.func.count(sa.distinct(col(Building.id))),
            sa.func.count(col(Unit.id)).filter(flat),
            sa.func.count(col(Unit.id)).filter(flat, on_sale, col(Booking.id).is_(None)),
            sa.func.count(col(Unit.id)).filter(flat, on_sale, col(Booking.id).is_not(None)),
        )
        .select_from(Project)
        .outerjoin(Building, col(Building.project_id) == Project.id)
        .outerjoin(Section, col(Section.building_id) == Building.id)
        .outerjoin(Floor, col(Floor.section_id) == Section.id)
        .outerjoin(Unit, col(Unit.floor_id) == Floor.id)
        .outerjoin(Booking, held)
        .group_by(col(Project.id))
        .order_by(col(Project.position), col(Project.id))
    )
    return [ProjectLine(*row) for row in session.execute(lines)]
