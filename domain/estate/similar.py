"""What else there is for somebody who came second."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import holding
from domain.estate.models import Availability, Booking, Building, Floor, Section, Unit
from domain.estate.pricing import for_sale
from domain.kernel.db import MOMENT, UNIT, ask, kept, pick


@dataclass(frozen=True)
class Similar:
    id: int
    number: str
    rooms: int
    area: Decimal
    price: Decimal
    floor: int
    building: str


def similar(session: Session, unit: Unit, *, now: datetime, most: int = 3) -> list[Similar]:
    """Free units of the same project and rooms, nearest in area and price: for who came second."""
    asked = {
        "unit": unit.id, "floor": unit.floor_id, "kind": unit.kind, "rooms": unit.rooms,
        "area": unit.area_total, "price": unit.price or 0, "now": now,
    }  # fmt: skip
    found = [Similar(*row) for row in ask(session, _nearest(most), asked).all()]
    sales = for_sale(session, [other.id for other in found], now=now)
    return [replace(other, price=sales[other.id].price or other.price) for other in found]


@kept
def _nearest(most: int) -> sa.Select[Any]:
    area, price = sa.bindparam("area", type_=sa.Numeric), sa.bindparam("price", type_=sa.Numeric)
    project = (
        pick(Building.project_id)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
        .where(col(Floor.id) == sa.bindparam("floor"))
        .scalar_subquery()
    )
    held = sa.exists().select_from(Booking).where(holding(MOMENT))
    return (
        pick(Unit.id, Unit.number, Unit.rooms, Unit.area_total, Unit.price, Floor.number, Building.name)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(
            col(Building.project_id) == project,
            col(Unit.id) != UNIT,
            col(Unit.kind) == sa.bindparam("kind"),
            col(Unit.rooms) == sa.bindparam("rooms"),
            col(Unit.availability) == Availability.ON_SALE,
            col(Unit.price).is_not(None),
            ~held,
        )
        .order_by(
            sa.func.abs(col(Unit.area_total) - area) * 100_000 + sa.func.abs(col(Unit.price) - price),
            col(Unit.id),
        )
        .limit(most)
    )
