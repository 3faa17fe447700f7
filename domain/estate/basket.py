"""A basket: several units somebody means to book together, as they are now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col

from domain.estate.chessboard import holding, status
from domain.estate.models import Booking, Unit, UnitKind, UnitStatus
from domain.estate.pricing import for_sale
from domain.kernel.db import pick


@dataclass(frozen=True)
class Line:
    id: int
    kind: UnitKind
    number: str
    price: Decimal | None
    status: UnitStatus

    @property
    def free(self) -> bool:
        return self.status is UnitStatus.FREE and self.price is not None


@dataclass(frozen=True)
class Basket:
    lines: list[Line]

    @property
    def total(self) -> Decimal:
        return sum((line.price for line in self.lines if line.free and line.price), Decimal(0))


def basket(session: Session, unit_ids: Iterable[int], *, now: datetime) -> Basket:
    """The units in the order of their numbers; those that are not there are left out."""
    wanted = list(unit_ids)
    sales = for_sale(session, wanted, now=now)
    found = (
        pick(Unit.id, Unit.kind, Unit.number, Unit.availability, Booking.state)
        .outerjoin(Booking, holding(now))
        .where(col(Unit.id).in_(wanted))
        .order_by(col(Unit.id))
    )
    return Basket(
        [
            Line(id_, kind, number, sales[id_].price, status(availability, claim))
            for id_, kind, number, availability, claim in session.execute(found)
        ]
    )
