"""One floor of the building on the screen: its plans with units outlined, or its units alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from domain.estate import UnitStatus
from domain.estate.chessboard import Board, Cell
from domain.estate.drawings.reading import TODAY, OnFloor, Source, floor_plans_of
from domain.estate.grid import covered

Corner = tuple[float, float]
LARGEST_LETTERS, LETTERS_ACROSS = 32, 7
"""Letters of a label: at most one part in so many of the plan's width, and so many across its unit."""


@dataclass(frozen=True)
class Shape:
    """A unit on the plan: its outline and where its label stands, in the picture's own units."""

    cell: Cell
    points: str
    x: float
    y: float
    letters: float


@dataclass(frozen=True)
class Part:
    """The floor in one entrance."""

    entrance: int
    plan: OnFloor | None
    shapes: list[Shape]
    others: list[Cell]
    """Units that are not outlined."""


@dataclass(frozen=True)
class Storey:
    number: int
    parts: list[Part]
    floors: list[tuple[int, int]]
    """Every floor from the top and how many units are free on it."""


def storey(session: Session, board: Board, asked: int | None, source: Source = TODAY) -> Storey | None:
    """The floor asked for, else the lowest with something free; None when nothing stands in the building."""
    free: dict[int, int] = {}
    for cell in board.cells:
        for floor in covered(cell.floor, cell.storeys):
            free[floor] = free.get(floor, 0) + (cell.status is UnitStatus.FREE)
    if not free:
        return None
    lowest = min((floor for floor in free if free[floor]), default=min(free))
    number = asked if asked in free else lowest
    plans = floor_plans_of(session, board.building_id, number, source)
    parts = [
        _part(entrance.number, plans.get(entrance.id), there)
        for entrance in board.entrances
        if (there := _on_floor(board, [cell for row in entrance.rows for cell in row.cells], number))
    ]
    return Storey(number, parts, sorted(free.items(), reverse=True))


def _on_floor(board: Board, units: Sequence[Cell], number: int) -> list[Cell]:
    """Shops are seen among flats here as well."""
    there = [cell for cell in units if number in covered(cell.floor, cell.storeys)]
    return sorted(there, key=lambda cell: (cell.position, cell.id))


def _part(entrance: int, plan: OnFloor | None, there: list[Cell]) -> Part:
    if plan is None:
        return Part(entrance, None, [], there)
    shapes = [_shape(cell, plan.outlines[cell.id], plan) for cell in there if cell.id in plan.outlines]
    return Part(entrance, plan, shapes, [cell for cell in there if cell.id not in plan.outlines])


def _shape(cell: Cell, corners: Sequence[Corner], plan: OnFloor) -> Shape:
    x, y = middle(corners)
    across = max(x for x, _y in corners) - min(x for x, _y in corners)
    letters = min(plan.width / LARGEST_LETTERS, across / LETTERS_ACROSS)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return Shape(cell, points, round(x, 1), round(y, 1), round(letters, 1))


def middle(corners: Sequence[Corner]) -> Corner:
    """The centre of gravity."""
    around = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around) / 2
    x = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in around) / (6 * area)
    y = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in around) / (6 * area)
    return x, y
