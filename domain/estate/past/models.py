"""Periods: what a unit was from one moment to the next, how long a claim held it, and what was drawn.

Triggers write them (migrations 0012, 0022, 0024), so nobody who changes a unit or a booking can leave its
past out. They point at units and floors without foreign keys: the past stays when the present is taken away.
The files of plans stay with it.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index

from domain.estate.models import Availability, BookingState, Finish, UnitKind
from domain.kernel.db import Record, area, json_of, moment, money, one_of, text_of


def _number_of_a_row(*, index: bool = False) -> int:
    return Field(sa_type=sa.BigInteger, nullable=False, index=index)


def _may_be_none(*, index: bool = False) -> int:
    return Field(default=None, sa_type=sa.BigInteger, nullable=True, index=index)


def _file() -> str:
    return Field(foreign_key="stored_file.sha256", max_length=64, index=True)


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


class Drawn(Record):
    """Of something that is drawn: from `since` to just before `till` it was so."""

    since: datetime = moment()
    till: datetime | None = moment(optional=True)
    believed_until: datetime | None = moment(optional=True)
    """Nothing was kept until then: believed to have been what it was that day."""
    xid: int | None = _may_be_none()


class LayoutPeriod(Drawn, table=True):
    __tablename__ = "layout_period"
    __table_args__ = (Index("ix_layout_period_layout_id_since", "layout_id", "since"),)

    layout_id: int = _number_of_a_row()
    project_id: int = _number_of_a_row(index=True)
    kind: UnitKind = one_of(UnitKind)
    code: str = text_of(40)
    name: str = text_of(200)
    rooms: int
    area_total: Decimal = area()


class PlanPeriod(Drawn, table=True):
    """Which picture was the plan; it keeps the files of that picture."""

    __tablename__ = "plan_period"
    __table_args__ = (Index("ix_plan_period_plan_id_since", "plan_id", "since"),)

    plan_id: int = _number_of_a_row()
    unit_id: int | None = _may_be_none(index=True)
    layout_id: int | None = _may_be_none(index=True)
    floor_id: int | None = _may_be_none(index=True)
    sha256: str = _file()
    thumbnail_sha256: str = _file()
    media_type: str = text_of(100)
    width: int
    height: int
    removed_at: datetime | None = moment(optional=True)


class OutlinePeriod(Drawn, table=True):
    __tablename__ = "outline_period"
    __table_args__ = (Index("ix_outline_period_outline_id_since", "outline_id", "since"),)

    outline_id: int = _number_of_a_row()
    plan_id: int = _number_of_a_row(index=True)
    unit_id: int = _number_of_a_row()
    points: list[Any] = json_of(list)
