"""What a worker does to files: finds them, says how far it has come, begins anew after a kill."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.estate.sheets import applying, receiving
from domain.estate.sheets.models import AT_WORK, ExportStep, ImportStep, StockExport, StockImport
from domain.events import names
from domain.kernel.db import pick

PATIENCE = timedelta(seconds=45)
"""A worker that has said nothing for so long is gone."""
LOCK = {StockImport: 0x73696D70, StockExport: 0x73657870}
"""Advisory locks, with the record's number: a file is at one worker's at a time."""


def waiting(session: Session, kind: type[StockImport] | type[StockExport], *, now: datetime) -> list[int]:
    """Numbers of files nobody is at, the oldest first."""
    at_work = col(kind.step).in_([*AT_WORK] if kind is StockImport else [ExportStep.MAKING])
    nobody = sa.or_(col(kind.taken_at).is_(None), col(kind.taken_at) < now - PATIENCE)
    found = pick(kind.id).where(at_work, nobody).order_by(col(kind.id)).limit(20)
    return list(session.execute(found).scalars())


def is_mine(session: Session, kind: type[StockImport] | type[StockExport], number: int) -> bool:
    """Take the file until the transaction ends; False when somebody has it."""
    turn = sa.select(sa.func.pg_try_advisory_xact_lock(LOCK[kind], number % 2**31))
    return bool(session.execute(turn).scalar_one())


def seen(
    session: Session,
    kind: type[StockImport] | type[StockExport],
    number: int,
    passed: int | None = None,
    *,
    now: datetime,
) -> None:
    """In a transaction of its own: the work is still going on, so far it has come."""
    told = {} if passed is None else {"passed": passed}
    session.execute(sa.update(kind).where(col(kind.id) == number).values(taken_at=now, **told))


def carry(session: Session, record: StockImport, *, now: datetime, told: applying.Told) -> None:
    """The step the file is at. Raises Refused when it must not be done: nothing is then to stay of it."""
    by = session.get_one(User, record.acted_by_id or record.by_id)
    if record.step is ImportStep.CHECKING:
        receiving.check(session, record, now=now)
    elif record.step is ImportStep.APPLYING:
        applying.apply(session, record, by=by, now=now, told=told)
    elif record.step is ImportStep.UNDOING:
        applying.undo(session, record, by=by, now=now, told=told)


def give_up(session: Session, record: StockImport, why: str) -> None:
    """The step is not done and will not be: an import has failed, one taken back stays as it was."""
    by = session.get(User, record.acted_by_id) if record.acted_by_id else None
    undoing = record.step is ImportStep.UNDOING
    record.step = ImportStep.DONE if undoing else ImportStep.FAILED
    record.remarks, record.taken_at = [*record.remarks, why[:500]], None
    events.record(session, names.STOCK_IMPORT_FAILED, record, by=by, why=why[:500])
    session.flush()
