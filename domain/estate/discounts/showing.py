"""The price of a unit on panels and cards: frozen with its discount, beside what it would be today."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlmodel import Session

from domain.estate.discounts.giving import standing
from domain.estate.discounts.models import DiscountState
from domain.estate.models import Booking, Unit
from domain.estate.pricing import Passport, compose, for_sale, frozen_of


class Standing(NamedTuple):
    """A discount of a booking that holds or waits; a booking has one at the most."""

    id: int
    state: DiscountState
    amount: Decimal
    reason: str


class Claim(NamedTuple):
    """What a booking says of its price."""

    booking_id: int
    unit_id: int
    price: Decimal
    passport: list[Any]
    booked_at: datetime
    discount: Standing | None


@dataclass(frozen=True)
class PriceOf:
    """`made` is the frozen passport when somebody holds the unit, else that of this moment."""

    made: Passport | None
    today: Decimal | None
    booking_id: int | None = None
    discount: Standing | None = None

    @property
    def frozen(self) -> bool:
        return self.booking_id is not None

    @property
    def difference(self) -> Decimal:
        """What a client would pay more today; nothing to compare with is no difference."""
        return self.today - self.made.total if self.today is not None and self.made else Decimal(0)

    def unexplained(self) -> "PriceOf":
        """For who may not see the deal: no lines and no discount, whose reason speaks of a client."""
        return replace(self, made=None, discount=None)

    @property
    def waits(self) -> bool:
        return self.discount is not None and self.discount.state is DiscountState.ASKED


def price_of(session: Session, unit: Unit, booking: Booking | None, *, now: datetime) -> PriceOf:
    if booking is not None:
        found = standing(session, booking)
        discount = Standing(found.id, found.state, found.amount, found.reason) if found else None
        claim = Claim(booking.id, unit.id, booking.price, booking.passport, booking.booked_at, discount)
        return prices_of(session, [claim], now=now)[unit.id]
    if unit.price is None:
        return PriceOf(None, None)
    made = compose(session, unit, unit.price, now=now)
    return PriceOf(made, made.total)


def prices_of(session: Session, claims: Iterable[Claim], *, now: datetime) -> dict[int, PriceOf]:
    """By unit, in one query however many a deal holds."""
    held = list(claims)
    if not held:
        return {}
    sales = for_sale(session, [claim.unit_id for claim in held], now=now)
    return {
        claim.unit_id: PriceOf(
            frozen_of(claim.passport, claim.price, claim.booked_at),
            sales[claim.unit_id].price,
            claim.booking_id,
            claim.discount,
        )
        for claim in held
    }
