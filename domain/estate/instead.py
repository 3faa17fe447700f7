"""What a booked unit may be exchanged for, with the difference in price said first."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import holding
from domain.estate.models import Availability, Booking, Building, Floor, Section, Unit
from domain.estate.pricing import for_sale
from domain.kernel.db import pick

MOST = 8


@dataclass(frozen=True)
class Candidate:
    id: int
    number: str
    rooms: int
    area: Decimal
    floor: int
    building: str
    price: Decimal
    difference: Decimal
    """What the client pays more, or less, than for the booked one."""


def candidates(
    session: Session, booking: Booking, unit: Unit, *, number: str = "", now: datetime
) -> list[Candidate]:
    """Free units of the project and kind: of that number, or the nearest in rooms, area and price."""
    project = (
        pick(Building.project_id)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
        .where(col(Floor.id) == unit.floor_id)
        .scalar_subquery()
    )
    held = sa.exists().select_from(Booking).where(holding(now))
    named = [sa.func.lower(Unit.number) == number.strip().lower()] if number.strip() else []
    nearest = (
        pick(
            Unit.id, Unit.number, Unit.rooms, Unit.area_total, Floor.number, Building.name,
        )
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(
            col(Building.project_id) == project,
            col(Unit.id) != unit.id,
            col(Unit.kind) == unit.kind,
            col(Unit.availability) == Availability.ON_SALE,
            col(Unit.price).is_not(None),
            ~held,
            *named,
        )
        .order_by(
            sa.func.abs(Unit.rooms - unit.rooms),
            sa.func.abs(Unit.area_total - unit.area_total) * 100_000
            + sa.func.abs(col(Unit.price) - booking.price),
            col(Unit.id),
        )
        .limit(MOST)
    )  # fmt: skip
    rows = session.execute(nearest).all()
    prices = {id_: sale.price for id_, sale in for_sale(session, [row.id for row in rows], now=now).items()}
    return [
        Candidate(id_, number, rooms, area, floor, building, price, price - booking.price)
        for id_, number, rooms, area, floor, building in rows
        if (price := prices[id_])
    ]
