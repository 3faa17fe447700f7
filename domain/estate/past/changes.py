"""What became of the stock between two moments: who was sold, returned, repriced, moved."""

import enum
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import STATUSES, bare
from domain.estate.importing import position
from domain.estate.models import Building, Floor, Section, UnitKind, UnitStatus
from domain.estate.past.board import held, on_floors_of, was
from domain.estate.past.models import ClaimPeriod, UnitPeriod
from domain.kernel.db import pick


class Deed(enum.StrEnum):
    """What became of a unit, by what it was and what it is; one unit may have had several."""

    SOLD = "sold"
    CONTRACTED = "contracted"
    BOOKED = "booked"
    RETURNED = "returned"
    """To sale: from a booking, a contract, a sale or from being off."""
    REPRICED = "repriced"
    MOVED = "moved"
    """Its number or its place."""
    REARRANGED = "rearranged"
    """Its layout, or how many floors it takes."""
    ADDED = "added"
    WITHDRAWN = "withdrawn"
    """Taken off sale, or no longer there."""


BECAME = {
    UnitStatus.SOLD: Deed.SOLD,
    UnitStatus.CONTRACT: Deed.CONTRACTED,
    UnitStatus.BOOKED: Deed.BOOKED,
    UnitStatus.FREE: Deed.RETURNED,
    UnitStatus.OFF: Deed.WITHDRAWN,
}


class Was(NamedTuple):
    """A unit at one of the two moments."""

    building_id: int
    building: str
    section: int
    floor: int
    number: str
    price: Decimal | None
    status: UnitStatus
    storeys: int = 1
    layout_id: int | None = None

    @property
    def place(self) -> tuple[int, int, int, str]:
        return self.building_id, self.section, self.floor, self.number


@dataclass(frozen=True)
class Line:
    """A unit that is not what it was; at least one of the two is there."""

    unit_id: int
    kind: UnitKind
    rooms: int
    area: Decimal
    before: Was | None
    after: Was | None
    deeds: frozenset[Deed]

    @property
    def seen(self) -> Was:
        """As it is called now, or was called last."""
        known = self.after or self.before
        assert known, "a line is about a unit that was or is"
        return known

    @property
    def difference(self) -> Decimal | None:
        """In roubles; None unless both prices are known and differ."""
        before, after = self.prices
        return after - before if before is not None and after is not None and before != after else None

    @property
    def share(self) -> Decimal | None:
        """The same as a part of the price before; a price of nothing has no parts."""
        before, _after = self.prices
        return self.difference / before if self.difference is not None and before else None

    @property
    def prices(self) -> tuple[Decimal | None, Decimal | None]:
        return (self.before.price if self.before else None), (self.after.price if self.after else None)

    @property
    def worth(self) -> Decimal:
        """What counts in a sum: the last price known."""
        before, after = self.prices
        return after if after is not None else before or Decimal(0)


class Sum(NamedTuple):
    units: int
    amount: Decimal
    """Of last prices; for repriced units of the differences."""


@dataclass(frozen=True)
class Changes:
    lines: list[Line]

    def summed(self, deed: Deed) -> Sum:
        of_deed = [line for line in self.lines if deed in line.deeds]
        worth = ((line.difference or Decimal(0)) if deed is Deed.REPRICED else line.worth for line in of_deed)
        return Sum(len(of_deed), sum(worth, Decimal(0)))

    @property
    def counts(self) -> Counter[Deed]:
        return Counter(deed for line in self.lines for deed in line.deeds)

    def only(self, deeds: frozenset[Deed]) -> list[Line]:
        return [line for line in self.lines if not deeds or line.deeds & deeds]


def changes(session: Session, building_ids: Sequence[int], *, since: datetime, till: datetime) -> Changes:
    """Units of these buildings that are not at the second moment what they were at the first.

    One query that looks only at units something happened to in between, however many there are in all.
    """
    rows = session.execute(_both_sides(building_ids, since, till))
    lines = (_line(row, frozenset(building_ids)) for row in rows)
    return Changes(sorted((line for line in lines if line), key=_in_order))


def _in_order(line: Line) -> tuple[Any, ...]:
    seen = line.seen
    return seen.building, seen.building_id, seen.section, position(seen.number), seen.number, line.unit_id


def _both_sides(building_ids: Sequence[int], since: datetime, till: datetime) -> sa.Select[Any]:
    """Each unit that was touched, as it was and as it became."""
    touched = _touched(building_ids, since, till).subquery("touched")
    sides = [_side(touched, at, f"side{number}") for number, at in enumerate((since, till))]
    found = pick(touched.c.unit_id, *(column for columns, _joins in sides for column in columns))
    found = found.select_from(touched)
    for _columns, joins in sides:
        for table, condition in joins:
            found = found.outerjoin(table, condition)
    return found


def _touched(building_ids: Sequence[int], since: datetime, till: datetime) -> sa.Select[Any]:
    """Units ever in these buildings to which something happened between the two."""

    def between(moment: Any) -> sa.ColumnElement[bool]:
        return sa.and_(moment >= since, moment < till)

    happened = sa.union(
        pick(UnitPeriod.unit_id).where(between(col(UnitPeriod.since))),
        pick(UnitPeriod.unit_id).where(col(UnitPeriod.gone), between(col(UnitPeriod.till))),
        *(
            pick(ClaimPeriod.unit_id).where(between(moment))
            for moment in (col(ClaimPeriod.since), col(ClaimPeriod.till), col(ClaimPeriod.until))
        ),
    ).subquery("happened")
    theirs = pick(UnitPeriod.unit_id).where(on_floors_of(building_ids))
    return pick(happened.c.unit_id).where(happened.c.unit_id.in_(theirs))


def _side(touched: Any, at: datetime, name: str) -> tuple[list[Any], list[tuple[Any, Any]]]:
    kinds: tuple[Any, ...] = (UnitPeriod, ClaimPeriod, Floor, Section, Building)
    tables = (kind.__table__ for kind in kinds)
    period, claim, floor, section, building = (table.alias(f"{name}_{table.name}") for table in tables)
    unit, held_by = period.c, claim.c
    columns = [
        bare(unit.kind), unit.rooms, unit.area_total,
        building.c.id, building.c.name, section.c.number, floor.c.number,
        unit.number, unit.storeys, unit.layout_id, unit.price, bare(unit.availability), bare(held_by.state),
    ]  # fmt: skip
    joins = [
        (period, sa.and_(unit.unit_id == touched.c.unit_id, was(unit, at))),
        (floor, floor.c.id == unit.floor_id),
        (section, section.c.id == floor.c.section_id),
        (building, building.c.id == section.c.building_id),
        (claim, sa.and_(held_by.unit_id == touched.c.unit_id, held(held_by, at))),
    ]
    return [column.label(f"{name}_{place}") for place, column in enumerate(columns)], joins


SIDE = 13
"""Columns of one side."""


def _line(row: Any, building_ids: frozenset[int]) -> Line | None:
    """None for a unit that is what it was, or of other buildings both times."""
    unit_id, *columns = row
    before, after = columns[:SIDE], columns[SIDE:]
    was_, is_ = _was(before), _was(after)
    if not ({was_.building_id if was_ else None, is_.building_id if is_ else None} & building_ids):
        return None
    deeds = frozenset(_deeds(was_, is_))
    if not deeds:
        return None
    kind, rooms, area = (after if is_ else before)[:3]
    return Line(unit_id, UnitKind(kind), rooms, area, was_, is_, deeds)


def _was(side: Sequence[Any]) -> Was | None:
    *_features, building_id, building, section, floor, number, storeys, layout, price, availability, claim = (
        side
    )
    if building_id is None:
        return None
    status = STATUSES[availability, claim]
    return Was(building_id, building, section, floor, number, price, status, storeys, layout)


def _deeds(before: Was | None, after: Was | None) -> Iterator[Deed]:
    if before is None or after is None:
        yield Deed.ADDED if after else Deed.WITHDRAWN
        return
    if before.status != after.status:
        yield BECAME[after.status]
    if before.price != after.price:
        yield Deed.REPRICED
    if before.place != after.place:
        yield Deed.MOVED
    if (before.storeys, before.layout_id) != (after.storeys, after.layout_id):
        yield Deed.REARRANGED
