"""Deals and the funnels they go through."""

import enum
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship, UniqueConstraint

from domain.access.models import User
from domain.kernel.db import Record, json_of, moment, money, one_of, reference, text_of
from domain.parties.models import Company, Person


class StageKind(enum.StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ON_HOLD = "on_hold"


class Funnel(Record, table=True):
    name: str = text_of(100, unique=True)
    position: int = 0
    steps_back: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """A deal whose last booking is gone goes back to where it was before the stage of bookings."""
    calls_back: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Then a step is planned for it: to get in touch with the client."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Stage(Record, table=True):
    __table_args__ = (
        UniqueConstraint("funnel_id", "name"),
        Index("uq_stage_on_booking", "funnel_id", unique=True, postgresql_where=sa.text("on_booking")),
    )

    funnel_id: int = reference("funnel.id")
    name: str = text_of(100)
    """Named by the result reached, in the company's own words: data, not translated."""
    position: int = 0
    kind: StageKind = one_of(StageKind, default=StageKind.OPEN)
    norm_days: int | None = Field(default=None, nullable=True)
    rules: list[str] = json_of(list)
    """Names of the rules of entry, see `deals.rules`."""
    on_booking: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """A deal for which a unit is booked enters it by itself, if its rules allow."""

    funnel: Funnel = Relationship()


class Deal(Record, table=True):
    __table_args__ = (
        Index("ix_deal_stage_rank", "stage_id", "rank"),
        Index(
            "ix_deal_stage_entered", "stage_id", "stage_entered_at",
            postgresql_include=["responsible_id", "amount", "id", "step_at"],
        ),
        Index("ix_deal_responsible_stage", "responsible_id", "stage_id"),
        Index("ix_deal_words", sa.text("words_of(title)"), postgresql_using="gin"),
        CheckConstraint("amount is null or amount >= 0", name="amount_not_negative"),
        CheckConstraint("person_id is not null or company_id is not null", name="has_client"),
    )  # fmt: skip

    title: str = text_of(300)
    amount: Decimal | None = money(optional=True)
    amount_told: Decimal | None = money(optional=True)
    """What its bookings made the amount: while it is still this, it follows them."""
    stage_id: int = reference("stage.id", index=False)
    rank: Decimal = Field(sa_type=sa.Numeric, nullable=False)
    """Place in the column, smaller is higher; computed on the server only."""
    version: int = Field(default=1, nullable=False)
    """Grows with every change a person could have missed; a stale drop or save is refused."""
    responsible_id: int = reference("app_user.id", index=False)
    person_id: int | None = reference("person.id", optional=True)
    company_id: int | None = reference("company.id", optional=True)
    source: str = text_of(100, default="")
    created_at: datetime = moment()
    stage_entered_at: datetime = moment()
    step_at: datetime | None = moment(optional=True)
    """When the nearest open step is due; kept by the database (migration 0023), never written here."""

    stage: Stage = Relationship()
    responsible: User = Relationship()
    person: Person | None = Relationship()
    company: Company | None = Relationship()


class StageStay(Record, table=True):
    """One stay of a deal on a stage: entered, left, by whom, why."""

    __tablename__ = "stage_stay"
    __table_args__ = (
        Index("uq_stage_stay_present", "deal_id", unique=True, postgresql_where=sa.text("left_at is null")),
    )

    deal_id: int = reference("deal.id")
    stage_id: int = reference("stage.id")
    entered_at: datetime = moment()
    entered_by_id: int | None = reference("app_user.id", optional=True, index=False)
    left_at: datetime | None = moment(optional=True)
    left_by_id: int | None = reference("app_user.id", optional=True, index=False)
