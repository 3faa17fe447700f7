"""What selections show: whose they are, how many units are in them, how each is today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.chessboard import Cell, Filter
from domain.estate.lines import UnitLine, lines
from domain.estate.models import Building, Project
from domain.estate.pricing.board import promoted
from domain.estate.selecting.models import Choice, Selection
from domain.kernel.db import VIEWER, ask, kept, pick

MOST = 100


@dataclass(frozen=True)
class Chosen:
    """A unit of a selection: the choice, and the unit as it is today."""

    id: int
    note: str
    then: Decimal | None
    added_at: datetime
    unit: UnitLine

    @property
    def repriced(self) -> bool:
        return self.then != self.unit.price

    @property
    def gap(self) -> Decimal | None:
        """Roubles the price has gone up since, below zero when down; None where there was or is no price."""
        return None if self.then is None or self.unit.price is None else self.unit.price - self.then


@dataclass(frozen=True)
class SelectionLine:
    id: int
    name: str
    deal_id: int | None
    shared: bool
    created_at: datetime
    building_id: int | None
    building: str | None
    project: str | None
    asked: str
    units: int
    """Chosen by hand; of a kept filter see `count_fitting`."""


def selections(session: Session, user: User) -> list[SelectionLine]:
    """The person's own, the latest first."""
    return [SelectionLine(*row) for row in ask(session, _selections(), {"viewer": user.id}).all()]


@kept
def _selections() -> sa.Select[Any]:
    units = (
        sa.select(sa.func.count())
        .where(col(Choice.selection_id) == Selection.id, col(Choice.removed_at).is_(None))
        .scalar_subquery()
    )
    return (
        pick(
            Selection.id, Selection.name, Selection.deal_id, Selection.shared, Selection.created_at,
            Selection.building_id, Building.name, Project.name, Selection.asked, units,
        )
        .select_from(Selection)
        .outerjoin(Building, col(Building.id) == Selection.building_id)
        .outerjoin(Project, col(Project.id) == Building.project_id)
        .where(col(Selection.owner_id) == VIEWER, col(Selection.removed_at).is_(None))
        .order_by(col(Selection.id).desc())
        .limit(MOST)
    )  # fmt: skip


def chosen(session: Session, selection: Selection, *, now: datetime) -> list[Chosen]:
    """The units chosen by hand, in their order."""
    inside = (
        pick(Choice.id, Choice.note, Choice.price, Choice.added_at, Choice.unit_id)
        .where(col(Choice.selection_id) == selection.id, col(Choice.removed_at).is_(None))
        .order_by(col(Choice.position), col(Choice.id))
    )
    rows = session.execute(inside).all()
    today = lines(session, [row.unit_id for row in rows], now=now)
    return [Chosen(row.id, row.note, row.price, row.added_at, today[row.unit_id]) for row in rows]


def fitting(session: Session, building_id: int, wanted: Filter, *, now: datetime) -> list[Cell]:
    """The answer of a kept filter as it is now."""
    return [cell for cell in promoted(session, building_id, now=now).cells if wanted.fits(cell)]


def count_fitting(
    session: Session, kept: Iterable[tuple[int, Filter]], *, now: datetime
) -> dict[tuple[int, Filter], int]:
    """How many units each kept filter finds now; every building is read once."""
    asked = set(kept)
    boards = {building: promoted(session, building, now=now) for building in {each[0] for each in asked}}
    return {(building, wanted): sum(map(wanted.fits, boards[building].cells)) for building, wanted in asked}
