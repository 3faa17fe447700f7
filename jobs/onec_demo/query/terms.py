"""What a part of a $filter is: its kind, known beforehand, and its value for a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jobs.onec_demo.schema import Edm, Property, Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import empty

Scope = dict[str, Row]
Rows = Callable[[str, str], Row | None]


class Kind(StrEnum):
    BOOLEAN = "логическое"
    TEXT = "строка"
    NUMBER = "число"
    DATE = "дата"
    GUID = "ссылка"
    REFERENCE = "ссылка составного типа"


ORDERED = (Kind.TEXT, Kind.NUMBER, Kind.DATE)
KINDS = {
    Edm.BOOLEAN: Kind.BOOLEAN,
    Edm.STRING: Kind.TEXT,
    Edm.DOUBLE: Kind.NUMBER,
    Edm.INT64: Kind.NUMBER,
    Edm.DATETIME: Kind.DATE,
    Edm.GUID: Kind.GUID,
}


@dataclass(frozen=True)
class Term:
    kind: Kind
    value: Callable[[Scope], Any]


@dataclass(frozen=True)
class Reference:
    """A value of a composite type: which set, which row."""

    type: str
    key: str


def stored(shape: Shape, name: str, row: Callable[[Scope], Row | None]) -> Term:
    of = shape.named(name)
    if of.composite:
        return Term(Kind.REFERENCE, lambda scope: _reference(row(scope), of.name))
    blank = comparable(of, empty(of))
    return Term(kind(of), lambda scope: comparable(of, found[of.name]) if (found := row(scope)) else blank)


def kind(of: Property) -> Kind:
    return KINDS[of.type]


def comparable(of: Property, value: Any) -> Any:
    """Kept values as they are compared: money exactly, dates as dates."""
    if of.type in (Edm.DOUBLE, Edm.INT64):
        return Decimal(str(value))
    return datetime.fromisoformat(value) if of.type is Edm.DATETIME else value


def _reference(row: Row | None, name: str) -> Reference:
    return Reference(row[f"{name}_Type"], row[name]) if row else Reference("", "")
