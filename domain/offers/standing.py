"""How an offer stands today: what has become of its units and prices since it was made."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col

from domain.estate import Unit, UnitStatus, claims
from domain.estate.chessboard import status
from domain.kernel import formats
from domain.kernel.errors import Refused
from domain.offers.composing import with_places
from domain.offers.content import Content
from domain.offers.pricing import price_of


@dataclass(frozen=True)
class Since:
    """What changed about a unit."""

    unit_id: int
    status: UnitStatus
    """FREE also when it is kept for this very client."""
    price: Decimal | None
    """Today's, when it is another one."""


@dataclass(frozen=True)
class Standing:
    valid_until: date
    over: bool
    since: dict[int, Since]

    @property
    def gone(self) -> list[int]:
        """Units that can't be had any more."""
        return [number for number, one in self.since.items() if one.status is not UnitStatus.FREE]

    @property
    def repriced(self) -> bool:
        return any(one.price is not None for one in self.since.values())


def standing(session: Session, content: Content, *, deal_id: int, now: datetime) -> Standing:
    offered = {unit.unit_id: unit for unit in content.units}
    since = {}
    for unit in session.exec(with_places().where(col(Unit.id).in_(offered))):
        held = claims.active(session, unit, now=now)
        mine = held is not None and held.deal_id == deal_id
        now_is = UnitStatus.FREE if mine else status(unit.availability, held.state if held else None)
        try:
            price = price_of(session, unit, deal_id=deal_id, now=now).amount
        except Refused:
            price = offered[unit.id].price
        since[unit.id] = Since(unit.id, now_is, price if price != offered[unit.id].price else None)
    return Standing(content.valid_until, formats.here(now).date() > content.valid_until, since)
