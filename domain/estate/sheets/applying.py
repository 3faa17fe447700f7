"""A workbook taken over, and taken back: row by row what was shown, nothing where the stock is another.

All of it is the caller's one transaction. Units are locked in order of their numbers before anything is
looked at, as everywhere.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.claims import lock_all
from domain.estate.importing import Described, Stock, put_back
from domain.estate.models import Availability
from domain.estate.prices import change_availability, reprice
from domain.estate.sheets import places, standing
from domain.estate.sheets.columns import COLUMNS, Field
from domain.estate.sheets.comparing import FROZEN
from domain.estate.sheets.models import ImportStep, Outcome, StockImport, StockImportRow, Verdict
from domain.estate.sheets.standing import PLACE, Standing
from domain.events import names
from domain.kernel.db import pick
from domain.kernel.text import _

BATCH = 500
Told = Callable[[int], None]


@dataclass(slots=True)
class Row:
    """What a row asks for, and what comes of it."""

    id: int
    of_unit_id: int | None
    verdict: Verdict
    said: dict[Field, tuple[Any, Any]]
    """Before and after."""
    outcome: Outcome
    remark: str = ""


def apply(session: Session, record: StockImport, *, by: User, now: datetime, told: Told) -> None:
    """Do what the rows say; a row the stock has left behind since is told and left alone.

    Raises Refused when two units want one place: the transaction is then to be thrown away.
    """
    stock = Stock(session, by=by)
    for rows in _batches(session, record, Outcome.WAITING, told):
        units = _locked(session, rows, now=now)
        fresh = [row for row in rows if _is_fresh(row, units)]
        free = _with_free_places(session, fresh, units, Outcome.STALE)
        _take(session, stock, free, units, by=by)
    _finish(session, record, ImportStep.DONE, names.STOCK_IMPORTED, by=by)
    record.applied_at = now
    session.flush()


def undo(session: Session, record: StockImport, *, by: User, now: datetime, told: Told) -> None:
    """Make units what they were; one that somebody changed or booked since keeps what it has, and is told."""
    for rows in _batches(session, record, Outcome.APPLIED, told):
        units = _locked(session, rows, now=now)
        same = [row for row in rows if _is_untouched(row, units)]
        free = _with_free_places(session, same, units, Outcome.KEPT)
        _return(session, free, units, by=by)
    _finish(session, record, ImportStep.UNDONE, names.STOCK_IMPORT_UNDONE, by=by)
    record.undone_at = now
    session.flush()


def _batches(session: Session, record: StockImport, outcome: Outcome, told: Told) -> Iterator[list[Row]]:
    """Rows of units by their numbers, new units last; what came of each is written down."""
    in_order = (col(StockImportRow.of_unit_id).nulls_last(), col(StockImportRow.row))
    waiting = select(StockImportRow.id).where(
        col(StockImportRow.import_id) == record.id,
        col(StockImportRow.outcome) == outcome,
        col(StockImportRow.verdict).in_([Verdict.ADDED, Verdict.CHANGED]),
    )
    ids = list(session.exec(waiting.order_by(*in_order)))
    for start in range(0, len(ids), BATCH):
        those = sa.cast(ids[start : start + BATCH], sa.ARRAY(sa.BigInteger))
        batch = pick(
            StockImportRow.id, StockImportRow.of_unit_id, StockImportRow.verdict, StockImportRow.said
        ).where(col(StockImportRow.id) == sa.any_(those))
        found = session.execute(batch.order_by(*in_order))
        rows = [
            Row(id_, unit_id, verdict, dict(_said(said)), outcome) for id_, unit_id, verdict, said in found
        ]
        yield rows
        _write_down(session, rows)
        told(min(start + BATCH, len(ids)))


def _said(said: Mapping[str, Any]) -> Iterator[tuple[Field, tuple[Any, Any]]]:
    for name, (before, after) in said.items():
        field = Field(name)
        yield field, (standing.restored(field, before), standing.restored(field, after))


def _write_down(session: Session, rows: list[Row]) -> None:
    """One statement for all; `of_unit_id` of a new unit is known now."""
    columns: dict[str, tuple[Any, list[Any]]] = {
        "id": (sa.BigInteger(), [row.id for row in rows]),
        "of_unit_id": (sa.BigInteger(), [row.of_unit_id for row in rows]),
        "outcome": (sa.Text(), [row.outcome.value for row in rows]),
        "remark": (sa.Text(), [row.remark for row in rows]),
    }
    arrays = (sa.cast(values, sa.ARRAY(type_)) for type_, values in columns.values())
    told = sa.func.unnest(*arrays).table_valued(*columns, name="told").render_derived()
    came = {name: told.c[name] for name in columns if name != "id"}
    written = sa.update(StockImportRow).where(col(StockImportRow.id) == told.c.id).values(came)
    session.execute(written.execution_options(synchronize_session=False))


def _locked(session: Session, rows: list[Row], *, now: datetime) -> dict[int, Standing]:
    ids = [row.of_unit_id for row in rows if row.of_unit_id]
    lock_all(session, ids)
    return standing.of_units(session, ids, now=now) if ids else {}


def _is_fresh(row: Row, units: dict[int, Standing]) -> bool:
    """Whether the unit is still what it was when the row was shown."""
    if row.of_unit_id is None:
        return True
    unit = units.get(row.of_unit_id)
    if unit is None:
        return _left(row, Outcome.STALE, _("the unit is no longer there"))
    for field, (before, _after) in row.said.items():
        if unit.values[field] != before:
            return _left(row, Outcome.STALE, _became(field, unit.values[field]))
    return not _is_held(row, unit, Outcome.STALE)


def _is_untouched(row: Row, units: dict[int, Standing]) -> bool:
    """Whether the unit is still what the import made it."""
    unit = units.get(row.of_unit_id or 0)
    if unit is None:
        return _left(row, Outcome.KEPT, _("the unit is no longer there"))
    for field, (_before, after) in row.said.items():
        if unit.values[field] != after:
            return _left(row, Outcome.KEPT, _became(field, unit.values[field]))
    return not _is_held(row, unit, Outcome.KEPT)


def _is_held(row: Row, unit: Standing, outcome: Outcome) -> bool:
    if unit.held is None or row.said.keys().isdisjoint(FROZEN):
        return False
    _left(row, outcome, _("somebody holds the unit: its price and availability stay"))
    return True


def _left(row: Row, outcome: Outcome, why: str) -> bool:
    row.outcome, row.remark = outcome, why[:500]
    return False


def _became(field: Field, value: Any) -> str:
    told = standing.written(field, value)
    return _("changed meanwhile: %(column)s is now “%(value)s”", column=COLUMNS[field].title, value=told)


def _wanted(row: Row, units: dict[int, Standing], *, back: bool) -> dict[Field, Any]:
    """All values of the unit as they are to become."""
    values = dict(units[row.of_unit_id].values) if row.of_unit_id else {}
    return values | {field: before if back else after for field, (before, after) in row.said.items()}


def _with_free_places(
    session: Session, rows: list[Row], units: dict[int, Standing], outcome: Outcome
) -> list[Row]:
    """Rows whose units stay where they are, or go where nobody stands."""
    back = outcome is Outcome.KEPT
    moving = {
        row.id: standing.spot(_wanted(row, units, back=back))
        for row in rows
        if not row.said.keys().isdisjoint(PLACE) and not (back and row.verdict is Verdict.ADDED)
    }
    taken = places.taken(session, moving.values())
    free = []
    for row in rows:
        there = taken.get(moving[row.id]) if row.id in moving else None
        if there is not None and there != row.of_unit_id:
            _left(row, outcome, _("another unit stands at this place: code %(code)s", code=there))
        else:
            free.append(row)
    return free


def _take(session: Session, stock: Stock, rows: list[Row], units: dict[int, Standing], *, by: User) -> None:
    described = [row for row in rows if row.said.keys() - {Field.PRICE}]
    batch = [(row.of_unit_id, _described(row, units)) for row in described]
    for row, taken in zip(described, stock.take(batch), strict=True):
        row.of_unit_id = taken.unit.id
    prices = {
        row.of_unit_id: row.said[Field.PRICE][1] for row in rows if row.of_unit_id and Field.PRICE in row.said
    }
    reprice(session, prices, by=by)
    _came_to(rows, Outcome.APPLIED)


def _described(row: Row, units: dict[int, Standing]) -> Described:
    """What was not said stays silent: availability may have been changed by 1C in between."""
    values = _wanted(row, units, back=False)
    if Field.AVAILABILITY not in row.said:
        values[Field.AVAILABILITY] = None
    return Described(**{field.value: value for field, value in values.items() if field is not Field.PRICE})


def _return(session: Session, rows: list[Row], units: dict[int, Standing], *, by: User) -> None:
    """New units are taken off sale: what has a past does not vanish."""
    changed = [row for row in rows if row.verdict is Verdict.CHANGED]
    before = {row.of_unit_id: _wanted(row, units, back=True) for row in changed if row.of_unit_id}
    floors = places.floors(session, (standing.spot(values)[:4] for values in before.values()))
    put_back(
        session,
        {
            unit_id: {"floor_id": floors[standing.spot(values)[:4]]}
            | {field.value: values[field] for field in (*PLACE[4:], *standing.FEATURES)}
            for unit_id, values in before.items()
        },
        by=by,
    )
    added = {
        row.of_unit_id: Availability.OFF for row in rows if row.verdict is Verdict.ADDED and row.of_unit_id
    }
    states = {unit_id: values[Field.AVAILABILITY] for unit_id, values in before.items()}
    change_availability(session, states | added, by=by)
    reprice(session, {unit_id: values[Field.PRICE] for unit_id, values in before.items()}, by=by)
    _came_to(rows, Outcome.RETURNED)


def _came_to(rows: list[Row], outcome: Outcome) -> None:
    for row in rows:
        row.outcome = outcome


def _finish(session: Session, record: StockImport, state: ImportStep, event: str, *, by: User) -> None:
    rows = sa.select(col(StockImportRow.outcome), sa.func.count()).where(
        col(StockImportRow.import_id) == record.id
    )
    counts = {
        outcome.value: count for outcome, count in session.execute(rows.group_by(StockImportRow.outcome))
    }
    record.step, record.taken_at = state, None
    events.record(session, event, record, by=by, **counts)
