"""A workbook comes in: kept whatever it is, looked into, shown beside the stock; then somebody decides."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events, files
from domain.access.models import User
from domain.estate.sheets.comparing import compare
from domain.estate.sheets.models import ImportStep, StockImport, StockImportRow
from domain.estate.sheets.reading import read
from domain.events import names
from domain.files.examining import EXCEL, LARGEST, plain_name
from domain.kernel.errors import Invalid, Missing, Refused
from domain.kernel.text import _

BLOCK = 256 * 1024
SMALL = 200 * 1024
"""Bytes of a file that is looked into while the person waits; a larger one is a worker's."""
FEW = 300
"""Rows that are taken over while the person waits."""
UNDO_DAYS = 3
ROWS_AT_ONCE = 1_000


def receive(session: Session, name: str, content: BinaryIO, *, by: User, now: datetime) -> StockImport:
    """Keep the file and begin. Only a file that is too large to be kept is refused here."""
    called = plain_name(name)
    size = content.seek(0, 2)
    if size > LARGEST:
        most = LARGEST // 1024**2
        raise Invalid({"file": _("The file “%(name)s” is larger than %(most)s MB", name=called, most=most)})
    content.seek(0)
    blocks: Iterable[bytes] = iter(lambda: content.read(BLOCK), b"")
    stored = files.keep(session, blocks, media_type=EXCEL.media_type, now=now)
    record = StockImport(
        name=called, size=size, sha256=stored.sha256, by_id=by.id, acted_by_id=by.id, created_at=now
    )
    session.add(record)
    session.flush()
    return record


def check(session: Session, record: StockImport, *, now: datetime) -> None:
    """Look into the file: its rows beside the stock, or why it can't be read. The stock stays as it is."""
    try:
        with files.path_of(record.sha256).open("rb") as content:
            reading = read(content, record.name)
    except Refused as no:
        record.step, record.remarks = ImportStep.UNREADABLE, [no.sentence]
    else:
        comparison = compare(session, reading, now=now)
        record.step, record.remarks = ImportStep.CHECKED, comparison.remarks
        record.total, record.same = len(reading.rows), comparison.same
        alike = sa.insert(StockImportRow).execution_options(render_nulls=True)  # in one statement
        for start in range(0, len(comparison.found), ROWS_AT_ONCE):
            rows = [
                {
                    "import_id": record.id, "row": found.row, "called": found.called[:300],
                    "of_unit_id": found.unit_id, "verdict": found.verdict, "said": found.said,
                    "remark": found.remark[:500],
                }
                for found in comparison.found[start : start + ROWS_AT_ONCE]
            ]  # fmt: skip
            session.execute(alike, rows)
    record.checked_at, record.passed, record.taken_at = now, 0, None
    events.record(
        session, names.STOCK_IMPORT_CHECKED, record, by=_by(session, record), step=record.step,
        remarks=record.remarks[:5], rows=record.total,
    )  # fmt: skip
    session.flush()


def ask_to_apply(session: Session, record: StockImport, *, by: User) -> None:
    """Somebody has seen the differences and wants them; of two who press at once one is first."""
    _turn(session, record, ImportStep.CHECKED, ImportStep.APPLYING, by=by)
    events.record(session, names.STOCK_IMPORT_ASKED, record, by=by)
    session.flush()


def ask_to_undo(session: Session, record: StockImport, *, by: User, now: datetime) -> None:
    if record.step is ImportStep.DONE and not may_be_undone(record, now=now):
        raise Refused(_("An import can be taken back for %(days)s days: they are over", days=UNDO_DAYS))
    _turn(session, record, ImportStep.DONE, ImportStep.UNDOING, by=by)
    events.record(session, names.STOCK_UNDOING_ASKED, record, by=by)
    session.flush()


def may_be_undone(record: StockImport, *, now: datetime) -> bool:
    until = record.applied_at + timedelta(days=UNDO_DAYS) if record.applied_at else None
    return record.step is ImportStep.DONE and until is not None and now < until


def get_import(session: Session, import_id: int) -> StockImport:
    """Whoever lays out the stock sees all of its files. Raises Missing."""
    record = session.get(StockImport, import_id) if 0 < import_id < 2**63 else None
    if record is None:
        raise Missing(_("There is no such import"))
    return record


def _turn(session: Session, record: StockImport, before: ImportStep, after: ImportStep, *, by: User) -> None:
    mine = (
        sa.update(StockImport)
        .where(col(StockImport.id) == record.id, col(StockImport.step) == before)
        .values(step=after, acted_by_id=by.id, passed=0, taken_at=None)
    )
    turned = session.execute(mine).rowcount  # type: ignore[attr-defined]
    session.refresh(record)
    if not turned:
        raise Refused(REFUSALS[record.step]())


def _by(session: Session, record: StockImport) -> User | None:
    return session.get(User, record.acted_by_id) if record.acted_by_id else None


REFUSALS = {
    ImportStep.CHECKING: lambda: _("The file is still being looked into"),
    ImportStep.UNREADABLE: lambda: _("The file can't be read: nothing is taken from it"),
    ImportStep.CHECKED: lambda: _("This file has not been taken over yet"),
    ImportStep.APPLYING: lambda: _("This file is being taken over right now"),
    ImportStep.FAILED: lambda: _("This file was not taken over: nothing of it has changed anything"),
    ImportStep.DONE: lambda: _("This file has been taken over already"),
    ImportStep.UNDOING: lambda: _("This import is being taken back right now"),
    ImportStep.UNDONE: lambda: _("This import has been taken back already"),
}
