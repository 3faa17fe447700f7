"""What a unit costs in an offer: the one place that asks for prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from domain.estate import Unit
from domain.estate.pricing import passport
from domain.estate.pricing.components import DISCOUNT, PROMOTION
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
    made = passport(session, unit, deal_id=deal_id, now=now)
    off = [line for line in made.lines if line.kind in {PROMOTION, DISCOUNT} and line.amount]
    if not off:
        return Price(made.total)
    full = made.total - sum(line.amount for line in off)
    named = (Part(line.name if line.kind == PROMOTION else _("Discount"), line.amount) for line in off)
    return Price(made.total, (Part(_("Price"), full), *named))
