"""The chessboard: a building as people sell it, read in one query shaped like the screen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.models import (
    Availability,
    Booking,
    BookingState,
    Building,
    BuildingChange,
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
CLAIMED = {
    BookingState.ACTIVE: UnitStatus.BOOKED,
    BookingState.CONTRACT: UnitStatus.CONTRACT,
    BookingState.SOLD: UnitStatus.SOLD,
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
    badge: str = ""
    """Of the promotions that lower the price of a free unit now, see `pricing.board`."""


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


@dataclass(frozen=True)
class Board:
    building_id: int
    entrances: list[Entrance]
    counts: Counter[UnitStatus]
    total: int
    until: datetime | None
    """When the first of the bookings shown ends: from then on the board is another."""
    below: list[Cell] = field(default_factory=list)
    """Parking places and storage rooms: listed under the grid, since they are no flats."""
    matching: frozenset[int] | None = None
    """Ids of the units inside the filter; None when nothing is filtered."""

    @property
    def cells(self) -> Iterable[Cell]:
        for entrance in self.entrances:
            for row in entrance.rows:
                yield from row.cells
        yield from self.below

    def narrowed(self, wanted: Filter) -> "Board":
        """The same board with the units that fit the filter marked."""
        fitting = frozenset(cell.id for cell in self.cells if wanted.fits(cell)) if wanted.narrows else None
        return replace(self, matching=fitting)


class Edition(NamedTuple):
    """What a building had been through when it was looked at.

    Boards of one edition are the same until the first booking shown on them ends.
    """

    building_id: int
    first: int | None
    marks: int
    """The number of the first mark, and how many changes left theirs. The number of the last would not do:
    a mark is numbered when it is made and seen when it is committed, so a smaller number may come later."""
    latest: datetime | None
    """When the latest change began: a restored copy counts its marks anew, but not the time."""


def edition(session: Session, building_id: int, *, project_id: int) -> Edition | None:
    """The present edition, in one short read; None when there is no such building in the project.

    To be read before the board: what changes in between is then drawn once more, never missed.
    """
    marks = (
        pick(
            Building.id,
            sa.func.min(BuildingChange.id),
            sa.func.count(col(BuildingChange.id)),
            sa.func.max(BuildingChange.at),
        )
        .outerjoin(BuildingChange, col(BuildingChange.building_id) == Building.id)
        .where(col(Building.id) == building_id, col(Building.project_id) == project_id)
        .group_by(col(Building.id))
    )
    found = session.execute(marks).first()
    return Edition(*found) if found else None


def merge_changes(session: Session) -> None:
    """Put one new mark in the place of the many of a building.

    A new one, never one of the old: a mark that stays could be all there is to see before and after another
    that came late and was taken away.
    """
    many = (
        pick(BuildingChange.building_id)
        .group_by(col(BuildingChange.building_id))
        .having(sa.func.count() > 1)
        .scalar_subquery()
    )
    gone = (
        sa.delete(BuildingChange)
        .where(col(BuildingChange.building_id).in_(many))
        .returning(col(BuildingChange.building_id))
        .cte("gone")
    )
    one_each = pick(gone.c.building_id).distinct()
    session.execute(sa.insert(BuildingChange).from_select(["building_id"], one_each))


def status(availability: Availability, claim: BookingState | None) -> UnitStatus:
    """What a unit is: sold or under contract by either word, ours or 1C's; else off by 1C's; else booked.

    `claim` is the state of the booking that holds the unit now, see `holding`.
    """
    ours = CLAIMED[claim] if claim else None
    theirs = SHUT.get(availability)
    if UnitStatus.SOLD in (ours, theirs):
        return UnitStatus.SOLD
    if UnitStatus.CONTRACT in (ours, theirs):
        return UnitStatus.CONTRACT
    return theirs or ours or UnitStatus.FREE


def chessboard(session: Session, building: Building, wanted: Filter, *, now: datetime) -> Board:
    """One query, whatever the size and however long the history."""
    return read(session, building.id, now=now).narrowed(wanted)


def read(session: Session, building_id: int, *, now: datetime) -> Board:
    """The whole building with nothing filtered."""
    ends: list[datetime] = []
    placed = [(entrance, cell) for entrance, cell in _cells(session, building_id, now=now, ends=ends)]
    flats = [cell for _, cell in placed if cell.kind in LIVING]
    return Board(
        building_id=building_id,
        entrances=list(_entrances([found for found in placed if found[1].kind in LIVING])),
        counts=Counter(cell.status for cell in flats),
        total=len(flats),
        until=min(ends, default=None),
        below=[cell for _, cell in placed if cell.kind not in LIVING],
    )


Placed = tuple[tuple[int, int], Cell]
"""The entrance (its id and number) and the cell, floors from the top, units from the left."""


def board_rows(building_id: int, *, now: datetime) -> sa.Select[Any]:
    """The one statement a board is read by; closed lists as their bare values, which costs half as much."""
    return (
        pick(
            Section.id, Section.number, Floor.number, Unit.id, Unit.number, _bare(Unit.kind), Unit.rooms,
            Unit.area_total, Unit.price, _bare(Unit.finish), _bare(Unit.availability), Booking.until,
            _bare(Booking.state),
        )
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .outerjoin(Booking, holding(now))
        .where(col(Section.building_id) == building_id)
        .order_by(col(Section.number), col(Floor.number).desc(), col(Unit.position), col(Unit.id))
    )  # fmt: skip


def _bare(column: Any) -> Any:
    return sa.type_coerce(column, sa.String)


KINDS = {kind.value: kind for kind in UnitKind}
FINISHES = {finish.value: finish for finish in Finish}
STATUSES = {
    (base.value, claim and claim.value): status(base, claim)
    for base in Availability
    for claim in (None, *CLAIMED)
}  # fmt: skip


def _cells(session: Session, building_id: int, *, now: datetime, ends: list[datetime]) -> Iterable[Placed]:
    """The units as the board shows them; `ends` is filled with the ends of the bookings that hold some."""
    rows = session.execute(board_rows(building_id, now=now))
    for section, entrance, floor, id_, number, kind, rooms, area, price, finish, base, until, claim in rows:
        if claim == BookingState.ACTIVE:
            ends.append(until)
        yield (
            (section, entrance),
            Cell(
                id_, number, KINDS[kind], rooms, area, price, FINISHES[finish], floor,
                STATUSES[base, claim],
            ),
        )  # fmt: skip


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
        col(Booking.closed_at).is_(None),
        sa.or_(col(Booking.state) != BookingState.ACTIVE, col(Booking.until) > now),
    )


def within(value: Decimal | int | None, least: Decimal | int | None, most: Decimal | int | None) -> bool:
    """Whether the value lies between the bounds; an unknown value fits only where nothing is asked."""
    if value is None:
        return least is None and most is None
    return (least is None or value >= least) and (most is None or value <= most)
