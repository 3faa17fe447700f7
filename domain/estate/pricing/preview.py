"""What a price list would do, or did: every unit before and after, the sums, and who is skipped for what."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.models import Building, Floor, Section, Unit, UnitKind, UnitStatus
from domain.estate.pricing.criteria import unit_status, units_of
from domain.estate.pricing.models import LineState, ListState, PriceList, PriceListLine
from domain.estate.pricing.rules import Skipped
from domain.estate.pricing.units import Row, counting, rows

PAGE = 100
ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    unit_id: int
    number: str
    kind: UnitKind
    rooms: int
    area: Decimal
    building: str
    section: int
    floor: int
    status: UnitStatus
    before: Decimal | None
    after: Decimal | None
    why: str = ""
    """Why it is skipped, or was left alone by the undo; empty when the price changes."""

    @property
    def changes(self) -> bool:
        return not self.why

    @property
    def difference(self) -> Decimal | None:
        if self.why or self.after is None:
            return None
        return self.after - (self.before or ZERO)

    @property
    def percent(self) -> Decimal | None:
        return self.difference * 100 / self.before if self.difference is not None and self.before else None

    @property
    def metre(self) -> Decimal | None:
        return self.after / self.area if self.after is not None else None


Key = Callable[[Line], Any]
SORTS: dict[str, Key] = {
    "unit": lambda line: (line.building, line.section, line.floor, line.unit_id),
    "floor": lambda line: (line.floor, line.unit_id),
    "area": lambda line: (line.area, line.unit_id),
    "before": lambda line: (line.before or ZERO, line.unit_id),
    "after": lambda line: (line.after or ZERO, line.unit_id),
    "difference": lambda line: (line.difference or ZERO, line.unit_id),
    "percent": lambda line: (line.percent or ZERO, line.unit_id),
    "why": lambda line: (line.why, line.unit_id),
}


@dataclass(frozen=True)
class Preview:
    every: Sequence[Line]

    @property
    def changing(self) -> list[Line]:
        return [line for line in self.every if line.changes]

    @property
    def skipped(self) -> Counter[str]:
        return Counter(line.why for line in self.every if line.why)

    @property
    def booked(self) -> int:
        """Units whose client goes on paying the frozen price."""
        return sum(line.status is UnitStatus.BOOKED for line in self.changing)

    @property
    def sum_before(self) -> Decimal:
        return sum((line.before or ZERO for line in self.changing), ZERO)

    @property
    def sum_after(self) -> Decimal:
        return sum((line.after or ZERO for line in self.changing), ZERO)

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """The least and the greatest difference."""
        told = [line.difference for line in self.changing if line.difference is not None]
        return (min(told), max(told)) if told else None

    def page(self, number: int, *, sort: str, only: str = "") -> "Page":
        """Sorted by a column, `-column` from the greatest; `only` leaves one reason, `changes` the others."""
        shown = list(self.every)
        if only:
            shown = [line for line in shown if (line.why or "changes") == only]
        key = SORTS.get(sort.removeprefix("-"), SORTS["unit"])
        shown.sort(key=key, reverse=sort.startswith("-"))
        pages = max((len(shown) + PAGE - 1) // PAGE, 1)
        number = min(max(number, 1), pages)
        return Page(shown[(number - 1) * PAGE : number * PAGE], number, pages, len(shown))


@dataclass(frozen=True)
class Page:
    lines: Sequence[Line]
    number: int
    pages: int
    total: int


def preview(session: Session, document: PriceList, *, now: datetime) -> Preview:
    """Of a draft what it would do now; of one begun what its lines say."""
    if document.state in (ListState.DRAFT, ListState.SCHEDULED):
        met = rows(session, document, now=now)
        count = counting(session, document, met, now=now)
        return Preview([_line(row, count.of(row)) for row in met])
    return Preview(_told(session, document, now=now))


def _line(row: Row, after: Decimal | Skipped) -> Line:
    price, why = (row.price, after.why) if isinstance(after, Skipped) else (after, "")
    return Line(
        row.id, row.number, row.kind, row.rooms, row.area, row.building, row.section, row.floor, row.status,
        row.price, price, why,
    )  # fmt: skip


def _told(session: Session, document: PriceList, *, now: datetime) -> list[Line]:
    found = (
        units_of(
            Unit.id, Unit.number, sa.type_coerce(col(Unit.kind), sa.String), Unit.rooms, Unit.area_total,
            Building.name, Section.number, Floor.number, unit_status, PriceListLine.before,
            PriceListLine.after, PriceListLine.why, PriceListLine.state, now=now,
        )
        .join(PriceListLine, col(PriceListLine.unit_id) == Unit.id)
        .where(col(PriceListLine.list_id) == document.id)
        .order_by(col(Unit.id))
    )  # fmt: skip
    return [
        Line(
            id_, number, UnitKind(kind), rooms, area, building, section, floor, UnitStatus(status),
            before, after, why or (LineState.WAITING.value if state is LineState.WAITING else ""),
        )
        for id_, number, kind, rooms, area, building, section, floor, status, before, after, why, state
        in session.execute(found)
    ]  # fmt: skip


@dataclass(frozen=True)
class Progress:
    done: int
    total: int

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 100


def progress(session: Session, document: PriceList) -> Progress:
    """How far a worker has come; of an undo how many prices are seen to."""
    of_state = col(PriceListLine.state)
    left = LineState.APPLIED if document.state is ListState.UNDOING else LineState.WAITING
    counted = sa.select(sa.func.count(), sa.func.count().filter(of_state == left)).where(
        col(PriceListLine.list_id) == document.id, of_state != LineState.SKIPPED
    )
    total, waiting = session.execute(counted).one()
    return Progress(total - waiting, total)
