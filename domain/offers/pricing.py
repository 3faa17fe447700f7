"""What a unit costs in an offer: the one place that asks for prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from domain.estate import Unit, booking
from domain.kernel.errors import Refused
from domain.kernel.text import _
from domain.offers.content import Part


@dataclass(frozen=True)
class Price:
    amount: Decimal
    parts: tuple[Part, ...] = ()


def price_of(session: Session, unit: Unit, *, deal_id: int, now: datetime) -> Price:
    """The price the deal's client would pay now: frozen by a booking of the deal, else today's.

    Raises Refused for a unit without a price.
    """
    held = booking.active(session, unit, now=now)
    if held is not None and held.deal_id == deal_id:
        return Price(held.price)
    if unit.price is None:
        raise Refused(_("Unit %(number)s has no price yet", number=unit.number))
    return Price(unit.price)
