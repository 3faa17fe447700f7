"""The price of a unit on panels and cards: frozen with its discount, beside what it would be today."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.estate.discounts.giving import STANDING
from domain.estate.discounts.models import Discount, DiscountState
from domain.estate.models import Booking, Unit
from domain.estate.pricing import Passport, compose, for_sale, frozen_of
from domain.kernel.db import kept


class Claim(NamedTuple):
    """What a booking says of its price."""

    booking_id: int
    unit_id: int
    price: Decimal
    passport: list[Any]
    booked_at: datetime


@dataclass(frozen=True)
class PriceOf:
    """`made` is the frozen passport when somebody holds the unit, else that of this moment."""

    made: Passport | None
    today: Decimal | None
    booking_id: int | None = None
    discount: Discount | None = None

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
        claim = Claim(booking.id, unit.id, booking.price, booking.passport, booking.booked_at)
        return prices_of(session, [claim], now=now)[unit.id]
    if unit.price is None:
        return PriceOf(None, None)
    made = compose(session, unit, unit.price, now=now)
    return PriceOf(made, made.total)


def prices_of(session: Session, claims: Iterable[Claim], *, now: datetime) -> dict[int, PriceOf]:
    """By unit, in two queries however many a deal holds."""
    held = list(claims)
    if not held:
        return {}
    sales = for_sale(session, [claim.unit_id for claim in held], now=now)
    asked = {"bookings": [claim.booking_id for claim in held]}
    discounts = {discount.booking_id: discount for discount in session.exec(_standing(), params=asked)}
    return {
        claim.unit_id: PriceOf(
            frozen_of(claim.passport, claim.price, claim.booked_at),
            sales[claim.unit_id].price,
            claim.booking_id,
            discounts.get(claim.booking_id),
        )
        for claim in held
    }


@kept
def _standing() -> SelectOfScalar[Discount]:
    bookings = sa.bindparam("bookings", type_=ARRAY(sa.BigInteger))
    return select(Discount).where(
        col(Discount.booking_id) == sa.func.any(bookings), col(Discount.state).in_(STANDING)
    )
