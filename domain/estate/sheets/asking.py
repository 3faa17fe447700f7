"""Taking the stock out: asked for, made at once or by a worker, and handed only to whoever asked."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from domain import events, files
from domain.access.models import User
from domain.estate.chessboard import Filter
from domain.estate.models import Finish, Project, UnitStatus
from domain.estate.sheets.exporting import Told, Wanted, count, workbook
from domain.estate.sheets.models import ExportStep, StockExport
from domain.events import names
from domain.files.examining import EXCEL
from domain.kernel.errors import Missing
from domain.kernel.text import _


def ask(session: Session, project: Project, wanted: Wanted, *, by: User, now: datetime) -> StockExport:
    """That somebody takes the stock out is written down whether the file is ever fetched or not."""
    record = StockExport(
        project_id=project.id,
        asked=remembered(wanted),
        by_id=by.id,
        created_at=now,
        total=count(session, wanted),
    )
    session.add(record)
    session.flush()
    events.record(session, names.STOCK_EXPORTED, project, by=by, what="stock", units=record.total)
    return record


def make(session: Session, record: StockExport, *, now: datetime, told: Told) -> bytes:
    """The file, as the stock is now; kept for whoever asked."""
    wanted = recalled(record.project_id, record.asked)
    content, record.total = workbook(session, wanted, now=now, told=told)
    stored = files.keep(session, [content], media_type=EXCEL.media_type, now=now)
    record.sha256, record.step, record.finished_at = stored.sha256, ExportStep.MADE, now
    record.passed, record.taken_at = record.total, None
    session.flush()
    return content


def get_export(session: Session, user: User, export_id: int) -> StockExport:
    """One's own. Raises Missing."""
    known = 0 < export_id < 2**63
    mine = select(StockExport).where(StockExport.id == export_id, StockExport.by_id == user.id)
    record = session.exec(mine).first() if known else None
    if record is None:
        raise Missing(_("There is no such export"))
    return record


def remembered(wanted: Wanted) -> dict[str, Any]:
    """As JSON keeps it."""
    said = {name: value for name, value in vars(wanted.filter).items() if value}
    plain = {
        name: sorted(str(one) for one in value) if isinstance(value, frozenset) else str(value)
        for name, value in said.items()
    }
    at = wanted.at.isoformat() if wanted.at else None
    return {"building": wanted.building_id, "at": at, "filter": plain}


def recalled(project_id: int, asked: Mapping[str, Any]) -> Wanted:
    said = asked.get("filter", {})
    kinds: dict[str, Any] = {
        "rooms": int,
        "finish": Finish,
        "status": UnitStatus,
        "floor_from": int,
        "floor_to": int,
    }
    values: dict[str, Any] = {}
    for name, value in said.items():
        of = kinds.get(name, Decimal)
        values[name] = frozenset(map(of, value)) if isinstance(value, list) else of(value)
    at = datetime.fromisoformat(asked["at"]) if asked.get("at") else None
    return Wanted(project_id, asked.get("building"), Filter(**values), at)
