"""Periods: what a unit was from one moment to the next, and how long a claim held it.

Triggers write them (migrations 0012, 0021), so nobody who changes a unit or a booking can leave its past out.
They point at units and floors without foreign keys: the past stays when the present is taken away.
"""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, Index

from domain.estate.models import Availability, BookingState, Finish, UnitKind
from domain.kernel.db import Record, area, moment, money, one_of, text_of


def _number_of_a_row() -> int:
    return Field(sa_type=sa.BigInteger, nullable=False)


def _may_be_none() -> int:
    return Field(default=None, sa_type=sa.BigInteger, nullable=True)


class UnitPeriod(Record, table=True):
    """From `since` to just before `till` the unit was so; several changes of one transaction are one."""

    __tablename__ = "unit_period"
    __table_args__ = (
        Index("ix_unit_period_unit_id_since", "unit_id", "since"),
        Index("ix_unit_period_floor_id_since", "floor_id", "since"),
        Index("ix_unit_period_since", "since", postgresql_using="brin"),
        Index("ix_unit_period_gone", "unit_id", postgresql_where=sa.text("gone")),
    )

    unit_id: int = _number_of_a_row()
    since: datetime = moment()
    till: datetime | None = moment(optional=True)
    floor_id: int = _number_of_a_row()
    kind: UnitKind = one_of(UnitKind)
    number: str = text_of(20)
    position: int
    rooms: int
    area_total: Decimal = area()
    finish: Finish = one_of(Finish)
    availability: Availability = one_of(Availability)
    price: Decimal | None = money(optional=True)
    storeys: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    layout_id: int | None = _may_be_none()
    believed_until: datetime | None = moment(optional=True)
    """`storeys` and `layout_id` were not kept until then: believed to have been what they were that day."""
    gone: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """The last one of a unit that is no longer in the base."""
    xid: int | None = _may_be_none()
    """Of the transaction that began it: its events say who it was."""


class ClaimPeriod(Record, table=True):
    """While a booking was a booking, then a contract, then a sale; an extension begins a new period."""

    __tablename__ = "claim_period"
    __table_args__ = (
        Index("ix_claim_period_unit_id_since", "unit_id", "since"),
        Index("ix_claim_period_booking_id", "booking_id", postgresql_where=sa.text("till is null")),
        Index("ix_claim_period_since", "since"),
        Index("ix_claim_period_till", "till"),
        Index("ix_claim_period_until", "until"),
    )

    booking_id: int = _number_of_a_row()
    unit_id: int = _number_of_a_row()
    since: datetime = moment()
    till: datetime | None = moment(optional=True)
    state: BookingState = one_of(BookingState)
    until: datetime = moment()
    """The end of the term as it was known in this period; it ends a booking even when nobody closed it."""
    price: Decimal = money()
    xid: int | None = _may_be_none()
    end_xid: int | None = _may_be_none()
