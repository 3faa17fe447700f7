"""Discounts that wait for a decision, and those decided: through the person who looks."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.access.models import User
from domain.access.policy import rows_of
from domain.estate.discounts.models import Discount, DiscountState
from domain.estate.models import Booking, BookingState, Building, Floor, Section, Unit
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.text import _

MOST = 100


@dataclass(frozen=True)
class Line:
    id: int
    amount: Decimal
    share: Decimal
    reason: str
    state: DiscountState
    asked_by_id: int
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str | None
    comment: str
    price: Decimal
    """Of the booking now: with the discount, when it was given."""
    deal_id: int
    unit_id: int
    number: str
    building: str

    @property
    def before(self) -> Decimal:
        return self.price + self.amount if self.state is DiscountState.GRANTED else self.price

    @property
    def after(self) -> Decimal:
        return self.before - self.amount


def queue(session: Session, user: User, *, decided: bool, now: datetime) -> list[Line]:
    """One's own requests and those of one's people: the oldest that waits first, or the latest decisions."""
    asker: Any = aliased(User)
    decider: Any = aliased(User)
    waits = sa.and_(
        col(Discount.state) == DiscountState.ASKED,
        col(Booking.state) == BookingState.ACTIVE,
        col(Booking.until) > now,
    )
    lines = (
        pick(
            Discount.id, Discount.amount, Discount.share, Discount.reason, Discount.state,
            Discount.asked_by_id, Discount.asked_at, asker.name, Discount.decided_at, decider.name,
            Discount.comment, Booking.price, Booking.deal_id, Unit.id, Unit.number, Building.name,
        )
        .join(Booking, col(Booking.id) == Discount.booking_id)
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(asker, asker.id == Discount.asked_by_id)
        .outerjoin(decider, decider.id == Discount.decided_by_id)
        .where(
            rows_of(user, col(Discount.asked_by_id)),
            col(Discount.state) != DiscountState.ASKED if decided else waits,
        )
        .order_by(col(Discount.decided_at).desc() if decided else col(Discount.asked_at), col(Discount.id))
        .limit(MOST)
    )  # fmt: skip
    return [Line(*row) for row in session.execute(lines)]


def get_discount(session: Session, user: User, discount_id: int) -> Discount:
    """One's own request, or of one's people."""
    known = 0 < discount_id < 2**63
    asked = select(Discount).where(Discount.id == discount_id, rows_of(user, col(Discount.asked_by_id)))
    found = session.exec(asked).first() if known else None
    if found is None:
        raise Missing(_("There is no such discount"))
    return found
