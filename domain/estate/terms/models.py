"""Rules of bookings as data: the terms of each kind, and allowances of people."""

import enum
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship, UniqueConstraint

from domain.access.models import User
from domain.estate.models import BookingKind
from domain.kernel.db import Record, json_of, money, one_of, reference


class Terms(Record, table=True):
    """How a kind of booking runs. A manager goes this far alone, a head further."""

    __table_args__ = (
        UniqueConstraint("kind"),
        CheckConstraint("default_days > 0 and total_days >= default_days", name="days_sane"),
        CheckConstraint("own_extensions >= 0", name="extensions_not_negative"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("at_once is null or at_once > 0", name="at_once_positive"),
    )

    kind: BookingKind = one_of(BookingKind)
    days: list[int] = json_of(list)
    """What is offered to choose from, shortest first."""
    default_days: int
    total_days: int
    """From the day of booking to the last day, with all extensions of one's own."""
    own_extensions: int = 0
    price: Decimal = money()
    """What the client pays for the hold."""
    head_only: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    at_once: int | None = Field(default=None, nullable=True)
    """How many bookings of this kind a manager may hold at a time; None: as many as the allowance."""
    version: int = Field(default=1, nullable=False)


class Whose(enum.StrEnum):
    """Whose bookings an allowance counts."""

    MANAGER = "manager"
    AGENT = "agent"
    AGENCY = "agency"


class Allowance(Record, table=True):
    """How many active bookings at once: of everybody of a sort, or of one person instead of that."""

    __table_args__ = (
        Index("uq_allowance_whose", "whose", unique=True, postgresql_where=sa.text("user_id is null")),
        Index("uq_allowance_user_id", "user_id", unique=True),
        CheckConstraint("most is null or most >= 0", name="most_not_negative"),
    )

    whose: Whose = one_of(Whose, default=Whose.MANAGER)
    user_id: int | None = reference("app_user.id", optional=True, index=False)
    most: int | None = Field(default=None, nullable=True)
    """None: without a limit."""
    version: int = Field(default=1, nullable=False)

    user: User | None = Relationship()
