"""Where units stand on the board: floors from the top, columns that run through the whole entrance.

1C tells the floor and the number, never the column. Floors with as many units as the widest one need no
thought; on the others units keep to the columns of those they are like, and the rest stays empty.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from domain.estate.models import UnitKind

MOST_COLUMNS = 16
"""Wider floors (corridors, parking) are laid out line by line."""


class Standing(Protocol):
    """What of a unit says where it stands."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> UnitKind: ...
    @property
    def rooms(self) -> int: ...
    @property
    def area(self) -> Decimal: ...
    @property
    def floor(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def storeys(self) -> int: ...


Unit = TypeVar("Unit", bound=Standing)


@dataclass(frozen=True)
class Line(Generic[Unit]):
    """The units whose top is on this floor, left to right."""

    floor: int
    cells: list[Unit]
    gaps: tuple[int, ...] = ()
    """How many empty places stand before each of them; nothing when none does."""
    spans: tuple[int, ...] = ()
    """How many columns each of them takes; nothing when each takes one."""


def arrange(units: Iterable[Unit], *, in_columns: bool = True) -> tuple[int, list[Line[Unit]]]:
    """How many columns there are, and the floors from the top. Units come in their order on the floor.

    A unit of two floors stands in the line of its upper one and reaches down.
    """
    floors: dict[int, list[Unit]] = {}
    tall = False
    for unit in units:
        floors.setdefault(unit.floor, []).append(unit)
        tall = tall or unit.storeys > 1
    width = max((len(there) for there in floors.values()), default=0)
    even = not tall and all(len(there) == width for there in floors.values())
    if even or not in_columns or width > MOST_COLUMNS:
        return width, [Line(floor, floors[floor]) for floor in sorted(floors, reverse=True)]
    columns, width = _columns(floors, width)
    return width, _lines(floors, columns, width)


def covered(floor: int, storeys: int) -> list[int]:
    """The floors a unit takes, from its own upwards; there is no floor 0."""
    floors = [floor]
    while len(floors) < storeys:
        floors.append(floors[-1] + 1 or 1)
    return floors


Columns = Mapping[int, int]
"""The column of each unit, from 1, by its id."""


def _columns(floors: Mapping[int, list[Unit]], width: int) -> tuple[Columns, int]:
    """Floor by floor from below, since a tall unit takes the place above it first."""
    likeness = _likeness(floors, width)
    told = _told(floors, width)
    taken: dict[int, set[int]] = {}
    columns: dict[int, int] = {}
    for floor in sorted(floors):
        there, busy = floors[floor], taken.get(floor, set())
        free = [column for column in range(1, width + 1) if column not in busy]
        while len(free) < len(there):
            width += 1
            free.append(width)
        own = [unit.position for unit in there]
        chosen = own if told and not busy & {*own} else _aligned(there, free, likeness)
        for unit, column in zip(there, chosen, strict=True):
            columns[unit.id] = column
            for above in covered(floor, unit.storeys)[1:]:
                taken.setdefault(above, set()).add(column)
    return columns, width


def _told(floors: Mapping[int, Sequence[Standing]], width: int) -> bool:
    """Whether places are columns already, and not merely numbers that grow from floor to floor."""
    return all(
        len({unit.position for unit in there}) == len(there)
        and all(1 <= unit.position <= width for unit in there)
        for there in floors.values()
    )


Look = tuple[UnitKind, int, Decimal]


def _look(unit: Standing) -> Look:
    return unit.kind, unit.rooms, unit.area


def _likeness(floors: Mapping[int, Sequence[Standing]], width: int) -> list[Look]:
    """What mostly stands in each column of the widest floors."""
    widest = [there for there in floors.values() if len(there) == width]
    return [Counter(map(_look, column)).most_common(1)[0][0] for column in zip(*widest, strict=True)]


def _aligned(there: Sequence[Standing], free: Sequence[int], likeness: Sequence[Look]) -> list[int]:
    """A free column for each unit in their order, so that most stand where their like stand."""
    best: list[list[tuple[int, tuple[int, ...]]]] = [[(0, ())] * (len(free) + 1)]
    for left in range(1, len(there) + 1):
        unit = there[-left]
        row: list[tuple[int, tuple[int, ...]]] = [(-1, ())] * (len(free) + 1)
        for place in range(len(free) - left, -1, -1):
            score, rest = best[left - 1][place + 1]
            here = (score + _fit(unit, free[place], likeness), (free[place], *rest))
            row[place] = max(here, row[place + 1], key=lambda found: found[0])
        best.append(row)
    return list(best[-1][0][1])


def _fit(unit: Standing, column: int, likeness: Sequence[Look]) -> int:
    if column > len(likeness):
        return 0
    kind, rooms, area = likeness[column - 1]
    return 2 * ((kind, rooms, area) == _look(unit)) + ((kind, rooms) == (unit.kind, unit.rooms))


def _lines(floors: Mapping[int, list[Unit]], columns: Columns, width: int) -> list[Line[Unit]]:
    tops: dict[int, list[Unit]] = {floor: [] for floor in floors}
    reached: dict[int, set[int]] = {}
    for there in floors.values():
        for unit in there:
            *below, top = covered(unit.floor, unit.storeys)
            tops.setdefault(top, []).append(unit)
            for floor in below:
                tops.setdefault(floor, [])
                reached.setdefault(floor, set()).add(columns[unit.id])
    return [
        _line(
            floor,
            sorted(tops[floor], key=lambda unit: columns[unit.id]),
            columns,
            reached.get(floor, set()),
            width,
        )
        for floor in sorted(tops, reverse=True)
    ]


def _line(floor: int, cells: list[Unit], columns: Columns, reached: set[int], width: int) -> Line[Unit]:
    """Shops of a ground floor share its whole width; elsewhere nothing is stretched."""
    if cells and not reached and all(cell.kind is UnitKind.COMMERCIAL for cell in cells):
        each, more = divmod(width, len(cells))
        return Line(floor, cells, spans=tuple(each + (place < more) for place in range(len(cells))))
    gaps, last = [], 0
    for cell in cells:
        column = columns[cell.id]
        gaps.append(sum(between not in reached for between in range(last + 1, column)))
        last = column
    return Line(floor, cells, gaps=tuple(gaps) if any(gaps) else ())
