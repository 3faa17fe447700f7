"""Discounts: what a seller takes off the frozen price of a booking, and who allowed it."""

import enum
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship, UniqueConstraint

from domain.access.models import Role, User
from domain.estate.models import Booking
from domain.estate.pricing.models import Effect
from domain.kernel.db import Record, moment, money, one_of, reference, text_of


class DiscountState(enum.StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DiscountLimit(Record, table=True):
    """What a role gives off alone, in per cent of the price; more is for the head to decide."""

    __tablename__ = "discount_limit"
    __table_args__ = (
        UniqueConstraint("role"),
        CheckConstraint("percent between 0 and 100", name="percent_sane"),
    )

    role: Role = one_of(Role)
    percent: Decimal = Field(sa_type=sa.Numeric(5, 2), nullable=False)


class Discount(Record, table=True):
    __table_args__ = (
        Index("uq_discount_standing", "booking_id", unique=True,
              postgresql_where=sa.text("state in ('asked', 'granted')")),
        Index("ix_discount_asked", "asked_at", postgresql_where=sa.text("state = 'asked'")),
        CheckConstraint("amount > 0", name="amount_positive"),
    )  # fmt: skip

    booking_id: int = reference("booking.id")
    effect: Effect = one_of(Effect)
    value: Decimal = Field(sa_type=sa.Numeric(14, 2), nullable=False)
    amount: Decimal = money()
    """In roubles, of the price the booking had when it was asked."""
    share: Decimal = Field(sa_type=sa.Numeric(7, 4), nullable=False)
    """In per cent of that price: what the limits are compared with."""
    reason: str = text_of(500)
    state: DiscountState = one_of(DiscountState, default=DiscountState.ASKED)
    asked_by_id: int = reference("app_user.id", index=False)
    asked_at: datetime = moment()
    decided_by_id: int | None = reference("app_user.id", optional=True, index=False)
    decided_at: datetime | None = moment(optional=True)
    comment: str = text_of(500, default="")

    booking: Booking = Relationship()
    asked_by: User = Relationship(sa_relationship_kwargs={"foreign_keys": "Discount.asked_by_id"})
