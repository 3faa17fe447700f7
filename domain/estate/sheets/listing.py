"""Files of the stock as their screens show them: the list, and one file row by row."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access.models import User
from domain.estate.sheets import standing
from domain.estate.sheets.columns import COLUMNS, Field
from domain.estate.sheets.models import ImportStep, Outcome, StockImport, StockImportRow, Verdict
from domain.kernel.db import pick

MOST = 100
"""Files of the list, the latest."""
ROWS = 200
"""Rows shown at once."""


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    step: ImportStep
    who: str
    created_at: datetime
    total: int
    verdicts: Counter[Verdict]
    applied: int


@dataclass(frozen=True)
class Change:
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    row: int
    called: str
    unit_id: int | None
    verdict: Verdict
    outcome: Outcome
    changes: list[Change]
    remark: str


@dataclass(frozen=True)
class Page:
    rows: list[Shown]
    more: int | None
    """After which row the next page begins; None at the end."""


@dataclass(frozen=True)
class Numbers:
    verdicts: Counter[Verdict]
    outcomes: Counter[Outcome]

    @property
    def to_do(self) -> int:
        return self.verdicts[Verdict.ADDED] + self.verdicts[Verdict.CHANGED]


def imports(session: Session) -> list[Line]:
    """Two questions, however many rows the files have."""
    records = (
        pick(StockImport, User.name)
        .join(User, col(User.id) == StockImport.by_id)
        .order_by(col(StockImport.id).desc())
        .limit(MOST)
    )
    found = session.execute(records).all()
    numbers: dict[int, Numbers] = {record.id: Numbers(Counter(), Counter()) for record, _who in found}
    for import_id, verdict, outcome, count in session.execute(_counted(list(numbers))):
        numbers[import_id].verdicts[verdict] += count
        numbers[import_id].outcomes[outcome] += count
    return [
        Line(
            record.id, record.name, record.step, who, record.created_at, record.total,
            numbers[record.id].verdicts, numbers[record.id].outcomes[Outcome.APPLIED],
        )
        for record, who in found
    ]  # fmt: skip


def numbers(session: Session, record: StockImport) -> Numbers:
    counted = Numbers(Counter(), Counter())
    for _import, verdict, outcome, count in session.execute(_counted([record.id])):
        counted.verdicts[verdict] += count
        counted.outcomes[outcome] += count
    return counted


def rows(
    session: Session, record: StockImport, *, verdict: Verdict | None, outcome: Outcome | None, after: int
) -> Page:
    wanted = select(StockImportRow).where(
        StockImportRow.import_id == record.id, col(StockImportRow.row) > after
    )
    if verdict:
        wanted = wanted.where(StockImportRow.verdict == verdict)
    if outcome:
        wanted = wanted.where(StockImportRow.outcome == outcome)
    found = list(session.exec(wanted.order_by(col(StockImportRow.row)).limit(ROWS + 1)))
    shown = [_shown(row) for row in found[:ROWS]]
    return Page(shown, shown[-1].row if len(found) > ROWS else None)


def _shown(row: StockImportRow) -> Shown:
    changes = [
        Change(
            COLUMNS[field].title,
            standing.written(field, standing.restored(field, before)),
            standing.written(field, standing.restored(field, after)),
        )
        for field, (before, after) in ((Field(name), pair) for name, pair in row.said.items())
    ]
    in_order = sorted(changes, key=lambda change: TITLES.index(change.column))
    return Shown(row.row, row.called, row.of_unit_id, row.verdict, row.outcome, in_order, row.remark)


TITLES = [column.title for column in COLUMNS.values()]


def _counted(import_ids: list[int]) -> sa.Select[tuple[int, Verdict, Outcome, int]]:
    groups = (StockImportRow.import_id, StockImportRow.verdict, StockImportRow.outcome)
    counted: sa.Select[tuple[int, Verdict, Outcome, int]] = pick(*groups, sa.func.count())
    return counted.where(col(StockImportRow.import_id).in_(import_ids)).group_by(*map(col, groups))
