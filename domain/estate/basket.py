"""A basket: several units somebody means to book together, as they are now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col

from domain.estate.chessboard import holding, status
from domain.estate.models import Booking, Unit, UnitKind, UnitStatus
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
    found = (
        pick(Unit.id, Unit.kind, Unit.number, Unit.price, Unit.availability, Booking.state)
        .outerjoin(Booking, holding(now))
        .where(col(Unit.id).in_(list(unit_ids)))
        .order_by(col(Unit.id))
    )
    return Basket(
        [
            Line(id_, kind, number, price, status(availability, claim))
            for id_, kind, number, price, availability, claim in session.execute(found)
        ]
    )
