"""The stock as it stands, in the fields of a workbook; and how a value is kept in a row of an import."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from domain.estate.chessboard import FINISHES, KINDS, bare, holding
from domain.estate.models import (
    Availability,
    Booking,
    BookingState,
    Building,
    Finish,
    Floor,
    Project,
    Section,
    Unit,
    UnitKind,
)
from domain.estate.sheets import words
from domain.estate.sheets.columns import Field
from domain.kernel import formats
from domain.kernel.db import pick

Spot = tuple[str, str, int, int, UnitKind, str]
"""Project, building, section, floor, kind, number: where only one unit can be."""
PLACE = (Field.PROJECT, Field.BUILDING, Field.SECTION, Field.FLOOR, Field.KIND, Field.NUMBER)
FEATURES = (Field.ROOMS, Field.AREA, Field.LIVING, Field.KITCHEN, Field.FINISH)
FIELDS = (*PLACE, *FEATURES, Field.AVAILABILITY, Field.PRICE)
AVAILABILITIES = {each.value: each for each in Availability}


@dataclass(frozen=True, slots=True)
class Standing:
    unit_id: int
    values: dict[Field, Any]
    held: BookingState | None
    until: datetime | None

    @property
    def spot(self) -> Spot:
        return spot(self.values)

    @property
    def called(self) -> str:
        return called(self.values)


def spot(values: dict[Field, Any]) -> Spot:
    project, building, section, floor, kind, number = (values[name] for name in PLACE)
    return project, building, section, floor, kind, number


def called(values: dict[Field, Any]) -> str:
    """The unit in words, from what is known of it."""
    building, number = values.get(Field.BUILDING), values.get(Field.NUMBER)
    return ", ".join(str(part) for part in (building, f"№ {number}" if number else None) if part)


def of_projects(
    session: Session, projects: Collection[str], unit_ids: Collection[int], *, now: datetime
) -> list[Standing]:
    """All units of these projects and these units besides: one query."""
    wanted = sa.or_(
        col(Project.name) == sa.func.any(sa.cast(list(projects), ARRAY(sa.Text))),
        col(Unit.id) == sa.func.any(sa.cast(list(unit_ids), ARRAY(sa.BigInteger))),
    )
    known: dict[Any, Any] = {}
    return [_standing(row, known) for row in session.execute(_rows(now).where(wanted))]


def of_units(session: Session, unit_ids: Collection[int], *, now: datetime) -> dict[int, Standing]:
    """These units; whoever is to change them has locked their rows before."""
    wanted = col(Unit.id) == sa.func.any(sa.cast(list(unit_ids), ARRAY(sa.BigInteger)))
    known: dict[Any, Any] = {}
    return {row.id: _standing(row, known) for row in session.execute(_rows(now).where(wanted))}


def _rows(now: datetime) -> sa.Select[Any]:
    return (
        pick(
            Unit.id, Project.name, Building.name, Section.number, Floor.number, bare(Unit.kind), Unit.number,
            Unit.rooms, Unit.area_total, Unit.area_living, Unit.area_kitchen, bare(Unit.finish),
            bare(Unit.availability), Unit.price, bare(Booking.state), Booking.until,
        )
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .outerjoin(Booking, holding(now))
    )  # fmt: skip


ALIKE = (Field.PROJECT, Field.BUILDING, Field.AREA, Field.LIVING, Field.KITCHEN)
"""The same of many units: kept once for all of them."""


def _standing(row: Any, known: dict[Any, Any]) -> Standing:
    unit_id, *told, held, until = row
    values = dict(zip(FIELDS, told, strict=True))
    for name in ALIKE:
        values[name] = known.setdefault(values[name], values[name])
    values[Field.KIND] = KINDS[values[Field.KIND]]
    values[Field.FINISH] = FINISHES[values[Field.FINISH]]
    values[Field.AVAILABILITY] = AVAILABILITIES[values[Field.AVAILABILITY]]
    return Standing(unit_id, values, BookingState(held) if held else None, until)


def kept(value: Any) -> Any:
    """As JSON keeps it, without loss."""
    return str(value) if isinstance(value, Decimal) else value


RESTORED: dict[Field, Callable[[Any], Any]] = {
    Field.KIND: UnitKind,
    Field.FINISH: Finish,
    Field.AVAILABILITY: Availability,
    **dict.fromkeys((Field.AREA, Field.LIVING, Field.KITCHEN, Field.PRICE), Decimal),
}


def restored(field: Field, value: Any) -> Any:
    return RESTORED[field](value) if value is not None and field in RESTORED else value


def written(field: Field, value: Any) -> str:
    """As a person reads it, in the words of workbooks."""
    if value is None:
        return words.NO_PRICE if field is Field.PRICE else "—"
    if field is Field.PRICE:
        return formats.money(value)
    if field in (Field.AREA, Field.LIVING, Field.KITCHEN):
        return formats.area(value)
    return WORDS[field][value] if field in WORDS else str(value)


WORDS: dict[Field, Any] = {
    Field.KIND: words.KINDS,
    Field.FINISH: words.FINISHES,
    Field.AVAILABILITY: words.AVAILABILITIES,
}
