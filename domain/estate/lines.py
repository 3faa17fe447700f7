"""A unit as a line of a list, a selection or a comparison: what it is, where it stands, how it is today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col

from domain.estate.chessboard import holding, status
from domain.estate.models import (
    Booking,
    Building,
    Finish,
    Floor,
    Project,
    Section,
    Unit,
    UnitKind,
    UnitStatus,
)
from domain.kernel.db import pick


@dataclass(frozen=True)
class UnitLine:
    id: int
    kind: UnitKind
    number: str
    rooms: int
    area: Decimal
    living: Decimal | None
    kitchen: Decimal | None
    finish: Finish
    price: Decimal | None
    status: UnitStatus
    floor: int
    section: int
    building_id: int
    building: str
    project_id: int
    project: str

    @property
    def metre(self) -> Decimal | None:
        """Roubles for a square metre."""
        return (self.price / self.area).quantize(Decimal(1)) if self.price else None


def lines(session: Session, unit_ids: Iterable[int], *, now: datetime) -> dict[int, UnitLine]:
    """The units by number in the order asked for; those that are not there are left out."""
    wanted = list(dict.fromkeys(unit_ids))
    rows = (
        pick(
            Unit.id, Unit.kind, Unit.number, Unit.rooms, Unit.area_total, Unit.area_living, Unit.area_kitchen,
            Unit.finish, Unit.price, Unit.availability, Booking.state, Floor.number, Section.number,
            Building.id, Building.name, Project.id, Project.name,
        )
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .outerjoin(Booking, holding(now))
        .where(col(Unit.id).in_(wanted))
    )  # fmt: skip
    described = [
        UnitLine(*(*row[:9], status(row.availability, row.state), *row[11:])) for row in session.execute(rows)
    ]
    found = {line.id: line for line in described}
    return {id_: found[id_] for id_ in wanted if id_ in found}
