"""The chessboard: a building as people sell it, read in one query shaped like the screen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.models import (
    Availability,
    Booking,
    BookingState,
    Building,
    Finish,
    Floor,
    Section,
    Unit,
    UnitKind,
    UnitStatus,
)
from domain.kernel.db import pick

LIVING = (UnitKind.FLAT, UnitKind.COMMERCIAL)
SHUT = {
    Availability.SOLD: UnitStatus.SOLD,
    Availability.CONTRACT: UnitStatus.CONTRACT,
    Availability.OFF: UnitStatus.OFF,
}


@dataclass(frozen=True)
class Filter:
    """What the client asks for; an empty part does not narrow."""

    rooms: frozenset[int] = frozenset()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    area_from: Decimal | None = None
    area_to: Decimal | None = None
    floor_from: int | None = None
    floor_to: int | None = None
    finish: frozenset[Finish] = frozenset()
    status: frozenset[UnitStatus] = frozenset()

    @property
    def narrows(self) -> bool:
        return self != Filter()

    def fits(self, cell: "Cell") -> bool:
        """Whether the unit is what was asked for. Rooms above three count as three."""
        return (
            (not self.rooms or min(cell.rooms, 3) in self.rooms)
            and within(cell.price, self.price_from, self.price_to)
            and within(cell.area, self.area_from, self.area_to)
            and within(cell.floor, self.floor_from, self.floor_to)
            and (not self.finish or cell.finish in self.finish)
            and (not self.status or cell.status in self.status)
        )


class Cell(NamedTuple):
    """One unit as the board shows it; a tuple, so that a drawn cell may be kept by its value."""

    id: int
    number: str
    kind: UnitKind
    rooms: int
    area: Decimal
    price: Decimal | None
    finish: Finish
    floor: int
    status: UnitStatus


@dataclass(frozen=True)
class Row:
    floor: int
    cells: list[Cell]


@dataclass
class Entrance:
    id: int
    number: int
    width: int
    rows: list[Row]
    free: int


@dataclass
class Board:
    building: Building
    entrances: list[Entrance]
    counts: Counter[UnitStatus]
    total: int
    matching: frozenset[int] | None
    """Ids of the units inside the filter; None when nothing is filtered."""
    below: list[Cell] = field(default_factory=list)
    """Parking places and storage rooms: listed under the grid, since they are no flats."""


def status(availability: Availability, *, held: bool) -> UnitStatus:
    """What a unit is: what 1C says, unless it is on sale and a booking holds it."""
    return SHUT.get(availability, UnitStatus.BOOKED if held else UnitStatus.FREE)


def chessboard(session: Session, building: Building, wanted: Filter, *, now: datetime) -> Board:
    """Two queries at most, whatever the size and however long the history."""
    placed = list(_cells(session, building, now=now))
    flats = [cell for _, cell in placed if cell.kind in LIVING]
    return Board(
        building=building,
        entrances=list(_entrances([found for found in placed if found[1].kind in LIVING])),
        counts=Counter(cell.status for cell in flats),
        total=len(flats),
        matching=frozenset(cell.id for _, cell in placed if wanted.fits(cell)) if wanted.narrows else None,
        below=[cell for _, cell in placed if cell.kind not in LIVING],
    )


Placed = tuple[tuple[int, int], Cell]
"""The entrance (its id and number) and the cell, floors from the top, units from the left."""


def _cells(session: Session, building: Building, *, now: datetime) -> Iterable[Placed]:
    rows = (
        pick(
            Section.id, Section.number, Floor.number, Unit.id, Unit.number, Unit.kind, Unit.rooms,
            Unit.area_total, Unit.price, Unit.finish, Unit.availability, col(Booking.id).is_not(None),
        )
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .outerjoin(Booking, holding(now))
        .where(col(Section.building_id) == building.id)
        .order_by(col(Section.number), col(Floor.number).desc(), col(Unit.position), col(Unit.id))
    )  # fmt: skip
    for (
        section,
        entrance,
        floor,
        id_,
        number,
        kind,
        rooms,
        area,
        price,
        finish,
        base,
        held,
    ) in session.execute(rows):
        cell = Cell(id_, number, kind, rooms, area, price, finish, floor, status(base, held=held))
        yield (section, entrance), cell


def _entrances(placed: list[Placed]) -> Iterable[Entrance]:
    """Units stand on their floor in the order of their places, whatever numbers 1C gives the places."""
    by_entrance: dict[tuple[int, int], dict[int, list[Cell]]] = {}
    for entrance, cell in placed:
        by_entrance.setdefault(entrance, {}).setdefault(cell.floor, []).append(cell)
    for (section, number), floors in by_entrance.items():
        cells = [cell for on_floor in floors.values() for cell in on_floor]
        yield Entrance(
            id=section,
            number=number,
            width=max(len(on_floor) for on_floor in floors.values()),
            rows=[Row(floor, on_floor) for floor, on_floor in floors.items()],
            free=sum(cell.status is UnitStatus.FREE for cell in cells),
        )


def holding(now: datetime) -> sa.ColumnElement[bool]:
    """That a booking holds its unit at this moment, as the condition of a join."""
    return sa.and_(
        col(Booking.unit_id) == Unit.id,
        col(Booking.state) == BookingState.ACTIVE,
        col(Booking.until) > now,
    )


def within(value: Decimal | int | None, least: Decimal | int | None, most: Decimal | int | None) -> bool:
    """Whether the value lies between the bounds; an unknown value fits only where nothing is asked."""
    if value is None:
        return least is None and most is None
    return (least is None or value >= least) and (most is None or value <= most)
