"""Waiting for a unit: who, for which deal, in which place, and what came of it."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship

from domain.access.models import User
from domain.estate.models import Unit
from domain.kernel.db import Record, moment, one_of, reference


class WaitingState(enum.StrEnum):
    """In the line (waiting, then offered), or out of it."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"


class Waiting(Record, table=True):
    __table_args__ = (
        Index(
            "uq_waiting_unit_deal", "unit_id", "deal_id", unique=True,
            postgresql_where=sa.text("left_at is null"),
        ),
        Index(
            "uq_waiting_offered_unit", "unit_id", unique=True,
            postgresql_where=sa.text("state = 'offered'"),
        ),
        Index("ix_waiting_unit_place", "unit_id", "place", postgresql_where=sa.text("left_at is null")),
        CheckConstraint("(state in ('waiting', 'offered')) = (left_at is null)", name="left_when_over"),
        CheckConstraint("(state = 'waiting') <= (booking_id is null)", name="offered_by_a_booking"),
    )  # fmt: skip

    unit_id: int = reference("unit.id")
    deal_id: int = reference("deal.id")
    who_id: int = reference("app_user.id")
    """Who put the deal into the line."""
    place: int = Field(default=0, sa_type=sa.Integer, nullable=False)
    """Smaller is nearer; the same order as in time unless the head changed it."""
    state: WaitingState = one_of(WaitingState, default=WaitingState.WAITING)
    since: datetime = moment()
    offered_at: datetime | None = moment(optional=True)
    answer_until: datetime | None = moment(optional=True)
    left_at: datetime | None = moment(optional=True)
    booking_id: int | None = reference("booking.id", optional=True)
    """The booking that keeps the unit until the answer, and after it when accepted."""

    unit: Unit = Relationship()
    who: User = Relationship()
