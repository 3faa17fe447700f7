"""Workbooks taken out and brought in: each is a record of who, when, which file and what came of it."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index, UniqueConstraint

from domain.kernel.db import Record, json_of, moment, one_of, reference, text_of


class ExportStep(enum.StrEnum):
    MAKING = "making"
    MADE = "made"
    FAILED = "failed"


class ImportStep(enum.StrEnum):
    """A file is looked into, shown, taken over, and for some days can be taken back."""

    CHECKING = "checking"
    UNREADABLE = "unreadable"
    CHECKED = "checked"
    APPLYING = "applying"
    FAILED = "failed"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = (ImportStep.CHECKING, ImportStep.APPLYING, ImportStep.UNDOING)


class Verdict(enum.StrEnum):
    """What a row asks for, seen beside the stock. Rows that ask for nothing are only counted."""

    ADDED = "added"
    CHANGED = "changed"
    CONFLICT = "conflict"
    """It can be read, but what it asks for must not be done now."""
    WRONG = "wrong"


class Outcome(enum.StrEnum):
    """What came of a row."""

    WAITING = "waiting"
    APPLIED = "applied"
    STALE = "stale"
    """The stock changed after the row was shown: left as it is."""
    RETURNED = "returned"
    KEPT = "kept"
    """It could not be taken back."""


class StockExport(Record, table=True):
    __tablename__ = "stock_export"
    __table_args__ = (Index("ix_stock_export_step", "step", postgresql_where=sa.text("step = 'making'")),)

    project_id: int = reference("project.id")
    asked: dict[str, Any] = json_of()
    """The building and the filter as the address said, see `exporting`."""
    by_id: int = reference("app_user.id")
    created_at: datetime = moment()
    step: ExportStep = one_of(ExportStep, default=ExportStep.MAKING)
    total: int = 0
    passed: int = 0
    sha256: str | None = Field(default=None, foreign_key="stored_file.sha256", nullable=True, index=True)
    taken_at: datetime | None = moment(optional=True)
    """When a worker was last seen at it."""
    finished_at: datetime | None = moment(optional=True)


class StockImport(Record, table=True):
    __tablename__ = "stock_import"
    __table_args__ = (
        Index(
            "ix_stock_import_step",
            "step",
            postgresql_where=sa.text("step in ('checking', 'applying', 'undoing')"),
        ),
    )

    name: str = text_of(200)
    size: int
    sha256: str = Field(foreign_key="stored_file.sha256", index=True)
    by_id: int = reference("app_user.id")
    created_at: datetime = moment()
    step: ImportStep = one_of(ImportStep, default=ImportStep.CHECKING)
    total: int = 0
    passed: int = 0
    """Rows done of the step that goes on."""
    same: int = 0
    """Rows that ask for nothing new."""
    remarks: list[str] = json_of(list)
    """What the whole file is to be told: why it is unreadable or failed, columns nobody knows, new places."""
    acted_by_id: int | None = reference("app_user.id", optional=True)
    """Who asked for the step that goes on, or was last."""
    taken_at: datetime | None = moment(optional=True)
    checked_at: datetime | None = moment(optional=True)
    applied_at: datetime | None = moment(optional=True)
    undone_at: datetime | None = moment(optional=True)


class StockImportRow(Record, table=True):
    __tablename__ = "stock_import_row"
    __table_args__ = (UniqueConstraint("import_id", "row"),)

    import_id: int = reference("stock_import.id", index=False)
    row: int
    """As Excel numbers it."""
    called: str = text_of(300, default="")
    """The unit in words, for a list."""
    of_unit_id: int | None = reference("unit.id", optional=True)
    verdict: Verdict = one_of(Verdict)
    said: dict[str, Any] = json_of()
    """What changes, as `{field: [before, after]}`; of a new unit all of it, before is null."""
    outcome: Outcome = one_of(Outcome, default=Outcome.WAITING)
    remark: str = text_of(500, default="")
