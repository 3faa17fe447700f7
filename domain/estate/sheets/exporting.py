"""The stock taken out: a project or one building, as the filter narrows it, today or on a past day."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import FINISHES, KINDS, STATUSES, Cell, Filter, bare, holding
from domain.estate.models import Booking, Building, Floor, Project, Section, Unit
from domain.estate.past.board import held, was
from domain.estate.past.models import ClaimPeriod, UnitPeriod
from domain.estate.sheets import words
from domain.estate.sheets.columns import COLUMNS
from domain.estate.sheets.standing import AVAILABILITIES
from domain.estate.sheets.writing import Value, write
from domain.kernel.db import pick

AT_ONCE = 2_000
"""Units that are written while the person waits; more are made by a worker."""
STEP = 1_000
"""Rows between two words about how far it has come."""


Told = Callable[[int], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be taken out; `at` is a past moment, None is now."""

    project_id: int
    building_id: int | None
    filter: Filter
    at: datetime | None = None


def count(session: Session, wanted: Wanted) -> int:
    """How many units at most: the filter is not looked at."""
    units = (
        pick(sa.func.count())
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(*_within(wanted))
    )
    return session.execute(units).scalar_one()


def workbook(
    session: Session, wanted: Wanted, *, now: datetime, told: Told = lambda _passed: None
) -> tuple[bytes, int]:
    """The file and how many units are in it. `told` hears from time to time how many rows are done."""
    project = session.get_one(Project, wanted.project_id)
    rows = _counted(_rows(session, wanted, now=now), told)
    content = write(list(COLUMNS.values()), rows, sheet=project.name)
    return content, rows.passed


class _counted(Iterable[Sequence[Value]]):  # noqa: N801  reads as a word where it is used
    def __init__(self, rows: Iterable[Sequence[Value]], told: Callable[[int], None]) -> None:
        self.rows, self.told, self.passed = rows, told, 0

    def __iter__(self) -> Iterator[Sequence[Value]]:
        for row in self.rows:
            self.passed += 1
            if self.passed % STEP == 0:
                self.told(self.passed)
            yield row


def _rows(session: Session, wanted: Wanted, *, now: datetime) -> Iterator[Sequence[Value]]:
    statement = _past(wanted, wanted.at) if wanted.at else _present(wanted, now)
    for row in session.execute(statement, execution_options={"yield_per": STEP}):
        (
            id_, project, building, section, floor, kind, number, rooms, area, living, kitchen, finish, base,
            price, claim,
        ) = row  # fmt: skip
        status = STATUSES[base, claim]
        cell = Cell(id_, number, KINDS[kind], rooms, area, price, FINISHES[finish], floor, status)
        if wanted.filter.fits(cell):
            yield (
                id_, project, building, section, floor, words.KINDS[cell.kind], number, rooms, area,
                living, kitchen, words.FINISHES[cell.finish],
                words.AVAILABILITIES[AVAILABILITIES[base]], price,
                (price / area).quantize(Decimal(1)) if price else None, words.STATUSES[status],
            )  # fmt: skip


def _within(wanted: Wanted) -> tuple[sa.ColumnElement[bool], ...]:
    of_project = col(Building.project_id) == wanted.project_id
    return (
        (of_project,) if wanted.building_id is None else (of_project, col(Building.id) == wanted.building_id)
    )


def _present(wanted: Wanted, now: datetime) -> sa.Select[Any]:
    columns = (
        Unit.id, Project.name, Building.name, Section.number, Floor.number, bare(Unit.kind), Unit.number,
        Unit.rooms, Unit.area_total, Unit.area_living, Unit.area_kitchen, bare(Unit.finish),
        bare(Unit.availability), Unit.price, bare(Booking.state),
    )  # fmt: skip
    return _placed(pick(*columns).select_from(Unit), Unit, Unit.id, wanted).outerjoin(Booking, holding(now))


def _past(wanted: Wanted, at: datetime) -> sa.Select[Any]:
    """Areas of rooms are not kept by day: a past day says nothing of them."""
    columns = (
        UnitPeriod.unit_id, Project.name, Building.name, Section.number, Floor.number, bare(UnitPeriod.kind),
        UnitPeriod.number, UnitPeriod.rooms, UnitPeriod.area_total, sa.null(), sa.null(),
        bare(UnitPeriod.finish), bare(UnitPeriod.availability), UnitPeriod.price, bare(ClaimPeriod.state),
    )  # fmt: skip
    claim = sa.and_(col(ClaimPeriod.unit_id) == UnitPeriod.unit_id, held(ClaimPeriod, at))
    rows = _placed(pick(*columns).select_from(UnitPeriod), UnitPeriod, UnitPeriod.unit_id, wanted)
    return rows.outerjoin(ClaimPeriod, claim).where(was(UnitPeriod, at))


def _placed(rows: sa.Select[Any], unit: Any, number: Any, wanted: Wanted) -> sa.Select[Any]:
    return (
        rows.join(Floor, col(Floor.id) == unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .where(*_within(wanted))
        .order_by(
            col(Building.position), col(Building.name), col(Section.number), col(Floor.number),
            unit.position, number,
        )
    )  # fmt: skip
