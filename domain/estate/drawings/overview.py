"""How far a project is drawn: its floors, their plans, how many of their units are outlined."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.drawings.models import Outline, Plan
from domain.estate.models import Building, Floor, Section, Unit
from domain.kernel.db import pick


@dataclass(frozen=True)
class FloorLine:
    id: int
    number: int
    units: int
    plan_id: int | None
    outlined: int

    @property
    def whole(self) -> bool:
        return self.plan_id is not None and self.outlined >= self.units


@dataclass(frozen=True)
class SectionLine:
    id: int
    number: int
    floors: list[FloorLine] = field(default_factory=list)


@dataclass(frozen=True)
class BuildingLine:
    id: int
    name: str
    sections: list[SectionLine] = field(default_factory=list)


def overview(session: Session, project_id: int) -> list[BuildingLine]:
    """Buildings, sections and floors in their order, from the ground up."""
    units = pick(sa.func.count()).select_from(Unit).where(col(Unit.floor_id) == Floor.id).scalar_subquery()
    drawn = (col(Outline.plan_id) == Plan.id) & (sa.func.jsonb_array_length(Outline.points) > 0)
    outlined = pick(sa.func.count()).select_from(Outline).where(drawn).scalar_subquery()
    live = (col(Plan.floor_id) == Floor.id) & col(Plan.removed_at).is_(None)
    rows = (
        pick(
            col(Building.id), Building.name, col(Section.id), Section.number, col(Floor.id), Floor.number,
            units, col(Plan.id), outlined,
        )
        .select_from(Floor)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .outerjoin(Plan, live)
        .where(col(Building.project_id) == project_id)
        .order_by(col(Building.position), col(Building.name), col(Section.number), col(Floor.number))
    )  # fmt: skip
    buildings: dict[int, BuildingLine] = {}
    sections: dict[int, SectionLine] = {}
    for building_id, name, section_id, entrance, *floor in session.execute(rows):
        building = buildings.setdefault(building_id, BuildingLine(building_id, name))
        if section_id not in sections:
            sections[section_id] = SectionLine(section_id, entrance)
            building.sections.append(sections[section_id])
        sections[section_id].floors.append(FloorLine(*floor))
    return list(buildings.values())
