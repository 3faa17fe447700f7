"""What a database holds, freed of what differs from run to run: two runs that came to the same are equal.

A row counts by its content and by the content of the rows it refers to: numbers of rows differ as soon
as one transaction was rolled back. Everything that is left out is listed here by name.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

import domain.tables  # noqa: F401  every table is known

UNCOUNTED = frozenset({"user_session", "login_throttle", "event_seal", "building_change"})
"""Tables that tell of who knocked and when, or seal what others say, not of the business."""

DROPPED = {
    "connection": {"polled_at", "heard_at", "paused_until"},
    "event": {"xid"},
    "external_id": {"data_version"},
    "offer_document": {"tries", "due_at"},
    "message": {"attempts", "due_at", "lease_until"},
    "unit_period": {"xid"},
    "claim_period": {"xid", "end_xid"},
    "layout_period": {"xid"},
    "plan_period": {"xid"},
    "outline_period": {"xid"},
    "stock_import": {"taken_at", "passed"},
    "stock_export": {"taken_at", "passed"},
}
"""Tries, leases and versions: 1C gives a new DataVersion at every save, also of the same."""

MOMENTS = {
    "booking": {"closed_at"},
    "waiting": {"since", "offered_at", "answer_until", "left_at"},
    "price_list": {"applied_at", "undone_at"},
    "deal": {"stage_entered_at"},
    "stage_stay": {"entered_at", "left_at"},
    "task": {"created_at"},
    "event": {"at"},
    "external_id": {"listed_at"},
    "lead": {"consent_at", "created_at", "repeated_at"},
    "consent_text": {"added_at"},
    "message": {"created_at", "done_at"},
    "notice": {"created_at", "read_at"},
    "offer_document": {"made_at"},
    "received_part": {"received_at"},
    "service": {"created_at"},
    "stored_file": {"created_at"},
    "unit_period": {"since", "till"},
    "claim_period": {"since", "till", "until"},
    "layout_period": {"since", "till"},
    "plan_period": {"since", "till", "removed_at"},
    "outline_period": {"since", "till"},
    "stock_import": {"created_at", "checked_at", "applied_at", "undone_at"},
    "stock_export": {"created_at", "finished_at"},
}
"""Of these only whether they are set."""

OFFERED = {"booked_at", "until"}
"""Of an offer these are counted from the moment it is made, by whichever run makes it."""

STEPS = "step"
"""In a report: by which way it came to the end (created, or found after a kill)."""

JOURNAL = frozenset({"message", "received_part", "stored_file"})
"""What was said rather than what came of it: the same file sent thrice is told of thrice."""

REFERRING = (("subject_kind", "subject_id"), ("local_kind", "local_id"))
UNDECLARED = {
    "deal_id": "deal", "event_id": "event", "unit_id": "unit", "floor_id": "floor", "booking_id": "booking",
}  # fmt: skip
"""References without a foreign key."""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:\+\d\d:\d\d)?")

Contents = dict[str, Counter[str]]


@dataclass
class State:
    rows: Contents

    @property
    def checksum(self) -> str:
        ordered = {table: sorted(rows.items()) for table, rows in sorted(self.rows.items())}
        return hashlib.sha256(json.dumps(ordered).encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.rows == other.rows

    def __hash__(self) -> int:
        return hash(self.checksum)

    def without(self, *tables: str) -> "State":
        return State({table: rows for table, rows in self.rows.items() if table not in tables})

    def against(self, other: "State") -> str:
        """The rows only one of the two holds."""
        told = []
        for table in sorted({*self.rows, *other.rows}):
            mine, theirs = self.rows.get(table, Counter()), other.rows.get(table, Counter())
            told += [f"{table}: only here {row}" for row in (mine - theirs).elements()]
            told += [f"{table}: only there {row}" for row in (theirs - mine).elements()]
        return "\n".join(line[:700] for line in told[:12])


def state(session: Session) -> State:
    return State(_Reading(session).contents())


def of_1c(documents: dict[str, list[dict[str, Any]]]) -> State:
    """Of a dump of the demo 1C; «Date» is when it was written down there."""
    return State(
        {
            name: Counter(
                json.dumps({key: value for key, value in row.items() if key not in {"DataVersion", "Date"}},
                           ensure_ascii=False, sort_keys=True)
                for row in rows
            )
            for name, rows in documents.items()
        }
    )  # fmt: skip


@cache
def tables_of_kinds() -> dict[str, str]:
    """`subject_kind` is the class in lower case."""
    return {
        mapper.class_.__name__.lower(): str(mapper.local_table.name)
        for mapper in SQLModel._sa_registry.mappers
    }


@dataclass
class _Reading:
    session: Session
    tables: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    known: dict[tuple[str, Any], str] = field(default_factory=dict)

    def contents(self) -> Contents:
        counted = [table for table in SQLModel.metadata.sorted_tables if table.name not in UNCOUNTED]
        for table in counted:
            key = next(iter(table.primary_key.columns))
            self.tables[table.name] = {
                row[key.name]: dict(row) for row in self.session.execute(sa.select(table)).mappings()
            }
        return {table.name: Counter(self.content(table.name, key) for key in self.tables[table.name])
                for table in counted}  # fmt: skip

    def content(self, table: str, key: Any) -> str:
        if (table, key) not in self.known:
            self.known[table, key] = "itself"
            told = dict(self.told(table, self.tables[table][key]))
            self.known[table, key] = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
        return self.known[table, key]

    def told(self, table: str, row: dict[str, Any]) -> Any:
        columns = SQLModel.metadata.tables[table].columns
        referred = {id_: tables_of_kinds().get(row[kind], "") for kind, id_ in REFERRING if row.get(kind)}
        referred |= UNDECLARED
        for name, value in row.items():
            if name == "id" or name in DROPPED.get(table, ()):
                continue
            target = next((key.column.table.name for key in columns[name].foreign_keys), referred.get(name))
            if not (table == "booking" and row["kind"] == "offer" and name in OFFERED):
                yield name, self.digest(target, value) if target else _plain(table, name, value)

    def digest(self, table: str, key: Any) -> str | None:
        if key is None:
            return None
        if key not in self.tables.get(table, {}):
            return "gone"
        return f"{table} {hashlib.sha256(self.content(table, key).encode()).hexdigest()[:12]}"


def _plain(table: str, name: str, value: Any) -> Any:
    if name in MOMENTS.get(table, ()):
        return value is not None
    if name == "payload" and "waiting" in value:
        return {key: inner for key, inner in value.items() if key not in OFFERED}
    if name == "idempotency_key":
        return STAMP.sub("<moment>", value)
    if name == "report":
        return {key: inner for key, inner in value.items() if key != STEPS}
    return value.isoformat() if isinstance(value, datetime) else value
