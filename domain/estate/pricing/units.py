"""Units as a price list meets them: the same rows in the preview and in the deed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.models import Building, Floor, ListPrice, Section, Unit, UnitKind, UnitStatus
from domain.estate.pricing.coefficients import factors_of
from domain.estate.pricing.components import LIST, Factor, Line
from domain.estate.pricing.criteria import fits, literal, unit_status, units_of
from domain.estate.pricing.models import PriceList, PriceListLine, Rule
from domain.estate.pricing.rules import CONTRACT, SOLD, Change, Skipped, price_after


@dataclass(frozen=True)
class Row:
    id: int
    number: str
    kind: UnitKind
    rooms: int
    area: Decimal
    price: Decimal | None
    building_id: int
    building: str
    section: int
    floor: int
    status: UnitStatus
    asked: Decimal | None
    made: Sequence[Mapping[str, Any]] = ()


KEEP_THEIRS = {UnitStatus.SOLD: SOLD, UnitStatus.CONTRACT: CONTRACT}
"""What is sold or under contract keeps the price it was sold for."""


def rows(session: Session, document: PriceList, *, now: datetime) -> list[Row]:
    """The units a draft would meet, in the order of their numbers."""
    chosen = _select(document, now=now).where(
        col(Building.project_id) == document.project_id,
        col(PriceListLine.id).is_not(None)
        if document.rule is Rule.LINES
        else fits(literal(document.criteria)),
    )
    return [_row(found) for found in session.execute(chosen.order_by(col(Unit.id)))]


def units_met(session: Session, document: PriceList, unit_ids: Sequence[int], *, now: datetime) -> list[Row]:
    """These units with what their prices are made of; the caller has locked them."""
    found = (
        _select(document, ListPrice.components, now=now)
        .outerjoin(ListPrice, col(ListPrice.unit_id) == Unit.id)
        .where(col(Unit.id) == sa.any_(sa.cast(list(unit_ids), sa.ARRAY(sa.BigInteger))))
        .order_by(col(Unit.id))
    )
    return [_row(row) for row in session.execute(found)]


def _select(document: PriceList, *more: Any, now: datetime) -> sa.Select[Any]:
    line = sa.and_(col(PriceListLine.unit_id) == Unit.id, col(PriceListLine.list_id) == document.id)
    return units_of(
        Unit.id, Unit.number, sa.type_coerce(col(Unit.kind), sa.String), Unit.rooms, Unit.area_total,
        Unit.price, Building.id, Building.name, Section.number, Floor.number, unit_status,
        PriceListLine.asked, *more, now=now,
    ).outerjoin(PriceListLine, line)  # fmt: skip


def _row(found: Any) -> Row:
    id_, number, kind, rooms, area, price, building_id, building, section, floor, status, asked, *made = found
    return Row(
        id_, number, UnitKind(kind), rooms, area, price, building_id, building, section, floor,
        UnitStatus(status), asked, (made[0] or ()) if made else (),
    )  # fmt: skip


@dataclass(frozen=True)
class Counting:
    """A document ready to be counted through: its rule, and the coefficients it needs."""

    change: Change
    factors: Mapping[int, list[Factor]]

    def of(self, row: Row) -> Decimal | Skipped:
        """The price after, or why the unit is skipped."""
        if row.status in KEEP_THEIRS:
            return Skipped(KEEP_THEIRS[row.status])
        return price_after(
            self.change,
            before=row.price,
            area=row.area,
            factors=self.factors.get(row.id, ()),
            asked=row.asked,
        )


def counting(session: Session, document: PriceList, met: Sequence[Row], *, now: datetime) -> Counting:
    author = session.get_one(User, document.applied_by_id or document.made_by_id)
    at = document.effect_at or document.applied_at or now
    said = {"number": str(document.number)}
    line = Line(LIST, Decimal(0), document.title, author.name, at, document.id, said)
    factors = (
        factors_of(session, [row.id for row in met], now=now) if document.rule is Rule.BASE and met else {}
    )
    return Counting(Change(document.rule, document.value, document.step, line), factors)
