"""The chessboard: a building as people sell it, read in one query shaped like the screen."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.grid import MOST_COLUMNS, Line, arrange
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
from domain.kernel.db import BUILDING, MOMENT, ask, kept, pick

KINDS_IN_ORDER = (UnitKind.FLAT, UnitKind.PARKING, UnitKind.STORAGE, UnitKind.COMMERCIAL)
STANDS_AMONG = {UnitKind.COMMERCIAL: UnitKind.FLAT}
"""Shops of the ground floor are seen in the grid of flats too; they are counted on a board of their own."""
LINE_BY_LINE = {UnitKind.PARKING, UnitKind.STORAGE}
"""Kinds without columns: places stand one after another."""
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

    kind: UnitKind | None = None
    """Which of the building's boards; it chooses, it does not narrow."""
    rooms: frozenset[int] = frozenset()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    area_from: Decimal | None = None
    area_to: Decimal | None = None
    floor_from: int | None = None
    floor_to: int | None = None
    finish: frozenset[Finish] = frozenset()
    status: frozenset[UnitStatus] = frozenset()
    layout: frozenset[int] = frozenset()

    @property
    def narrows(self) -> bool:
        return self != Filter(self.kind)

    def fits(self, cell: "Cell") -> bool:
        """Whether the unit is what was asked for. Rooms above three count as three."""
        return (
            (not self.rooms or min(cell.rooms, 3) in self.rooms)
            and within(cell.price, self.price_from, self.price_to)
            and within(cell.area, self.area_from, self.area_to)
            and within(cell.floor, self.floor_from, self.floor_to)
            and (not self.finish or cell.finish in self.finish)
            and (not self.status or cell.status in self.status)
            and (not self.layout or cell.layout_id in self.layout)
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
    position: int = 0
    storeys: int = 1
    layout_id: int | None = None
    badge: str = ""
    """Of the promotions that lower the price of a free unit now, see `pricing.board`."""


Row = Line[Cell]


@dataclass
class Entrance:
    id: int
    number: int
    width: int
    rows: list[Row]
    free: int
    in_lines: bool
    """Places one after another instead of columns."""


@dataclass(frozen=True)
class Grid:
    """Everything of one kind that stands in the building, and what stands among it."""

    entrances: list[Entrance]
    counts: Counter[UnitStatus]
    total: int


EMPTY = Grid([], Counter(), 0)


@dataclass(frozen=True)
class Board:
    building_id: int
    grids: dict[UnitKind, Grid]
    """By kind, in the order people look for them; none without a unit."""
    units: list[Cell]
    """Every unit of the building, of whatever kind."""
    until: datetime | None
    """When the first of the bookings shown ends: from then on the board is another."""
    kind: UnitKind = UnitKind.FLAT
    """Whose board is looked at."""
    matching: frozenset[int] | None = None
    """Ids of the units inside the filter; None when nothing is filtered."""

    @property
    def grid(self) -> Grid:
        return self.grids.get(self.kind, EMPTY)

    @property
    def entrances(self) -> list[Entrance]:
        return self.grid.entrances

    @property
    def counts(self) -> Counter[UnitStatus]:
        return self.grid.counts

    @property
    def total(self) -> int:
        return self.grid.total

    @property
    def cells(self) -> Iterable[Cell]:
        """Of the kind looked at; floors from the top, units from the left."""
        return (cell for cell in self.units if cell.kind is self.kind)

    @property
    def fitting(self) -> list[Cell]:
        """The units inside the filter, all of the kind when there is none."""
        return [cell for cell in self.cells if self.matching is None or cell.id in self.matching]

    def narrowed(self, wanted: Filter) -> "Board":
        """The board of the kind asked for, with the units that fit the filter marked."""
        kind = wanted.kind if wanted.kind in self.grids else next(iter(self.grids), UnitKind.FLAT)
        asked = replace(self, kind=kind, matching=None)
        if not wanted.narrows:
            return asked
        return replace(asked, matching=frozenset(cell.id for cell in asked.cells if wanted.fits(cell)))


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
    found = ask(session, _marks(), {"building": building_id, "project": project_id}).first()
    return Edition(*found) if found else None


@kept
def _marks() -> sa.Select[Any]:
    """Built once: this is asked by every open board whenever something happens."""
    project = sa.bindparam("project", type_=sa.BigInteger)
    return (
        pick(
            Building.id,
            sa.func.min(BuildingChange.id),
            sa.func.count(col(BuildingChange.id)),
            sa.func.max(BuildingChange.at),
        )
        .outerjoin(BuildingChange, col(BuildingChange.building_id) == Building.id)
        .where(col(Building.id) == BUILDING, col(Building.project_id) == project)
        .group_by(col(Building.id))
    )


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
    return laid_out(building_id, ask(session, board_rows(), {"building": building_id, "now": now}).all())


def laid_out(
    building_id: int,
    rows: Iterable[Any],
    *,
    until: datetime | None = None,
    seen: Callable[[Cell], Cell] | None = None,
) -> Board:
    """The board of rows such as `board_rows` gives, whatever day they are of.

    `seen` says how a cell is shown, see `pricing.board`, and that changes at `until`.
    """
    ends = [until] if until else []
    placed = list(_cells(rows, ends=ends))
    if seen:
        placed = [(entrance, seen(cell)) for entrance, cell in placed]
    units = [cell for _, cell in placed]
    there = {cell.kind for cell in units}
    return Board(
        building_id=building_id,
        grids={kind: _grid(kind, placed) for kind in KINDS_IN_ORDER if kind in there},
        units=units,
        until=min(ends, default=None),
    )


Placed = tuple[tuple[int, int], Cell]
"""The entrance (its id and number) and the cell, floors from the top, units from the left."""


def _grid(kind: UnitKind, placed: list[Placed]) -> Grid:
    among = {kind, *(guest for guest, host in STANDS_AMONG.items() if host is kind)}
    counts = Counter(cell.status for _, cell in placed if cell.kind is kind)
    here = [found for found in placed if found[1].kind in among]
    entrances = list(_entrances(kind, here))
    _level(entrances)
    return Grid(entrances, counts, counts.total())


def _level(entrances: list[Entrance]) -> None:
    """The same floors in every entrance, so that they stand on one line; empty where nothing is."""
    floors = {row.floor for entrance in entrances for row in entrance.rows if not entrance.in_lines}
    for entrance in entrances:
        if not entrance.in_lines and len(entrance.rows) < len(floors):
            own = {row.floor: row for row in entrance.rows}
            entrance.rows = [own.get(floor) or Row(floor, []) for floor in sorted(floors, reverse=True)]


@kept
def board_rows() -> sa.Select[Any]:
    """The one statement a `building` is read by at the moment `now`; closed lists as their bare values, which
    costs half as much."""
    return (
        pick(
            Section.id, Section.number, Floor.number, Unit.id, Unit.number, bare(Unit.kind), Unit.rooms,
            Unit.area_total, Unit.price, bare(Unit.finish), bare(Unit.availability), Booking.until,
            bare(Booking.state), Unit.position, Unit.storeys, Unit.layout_id,
        )
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .outerjoin(Booking, holding(MOMENT))
        .where(col(Section.building_id) == BUILDING)
        .order_by(col(Section.number), col(Floor.number).desc(), col(Unit.position), col(Unit.id))
    )  # fmt: skip


def bare(column: Any) -> Any:
    """A closed list as the database keeps it: making members of thousands costs more than reading them."""
    return sa.type_coerce(column, sa.String)


KINDS = {kind.value: kind for kind in UnitKind}
FINISHES = {finish.value: finish for finish in Finish}
STATUSES = {
    (base.value, claim and claim.value): status(base, claim)
    for base in Availability
    for claim in (None, *CLAIMED)
}  # fmt: skip


def _cells(rows: Iterable[Any], *, ends: list[datetime]) -> Iterable[Placed]:
    """The units as the board shows them; `ends` is filled with the ends of the bookings that hold some."""
    for (
        section, entrance, floor, id_, number, kind, rooms, area, price, finish, base, until, claim, position,
        storeys, layout_id,
    ) in rows:  # fmt: skip
        if claim == BookingState.ACTIVE:
            ends.append(until)
        yield (
            (section, entrance),
            Cell(
                id_, number, KINDS[kind], rooms, area, price, FINISHES[finish], floor,
                STATUSES[base, claim], position, storeys, layout_id,
            ),
        )  # fmt: skip


def _entrances(kind: UnitKind, placed: list[Placed]) -> Iterable[Entrance]:
    """Units stand on their floor in the order of their places, whatever numbers 1C gives the places."""
    by_entrance: dict[tuple[int, int], list[Cell]] = {}
    for entrance, cell in placed:
        by_entrance.setdefault(entrance, []).append(cell)
    for (section, number), cells in by_entrance.items():
        width, rows = arrange(cells, in_columns=kind not in LINE_BY_LINE)
        yield Entrance(
            id=section,
            number=number,
            width=width,
            rows=rows,
            free=sum(cell.kind is kind and cell.status is UnitStatus.FREE for cell in cells),
            in_lines=kind in LINE_BY_LINE or width > MOST_COLUMNS,
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
