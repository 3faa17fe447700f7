"""Price lists, coefficients and promotions: where the price of a unit comes from."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship, UniqueConstraint

from domain.access.models import User
from domain.estate.models import Project
from domain.kernel.db import Record, json_of, moment, money, one_of, reference, text_of


class Master(enum.StrEnum):
    """Whose prices of a project are right; the other side's are not taken."""

    ONEC = "onec"
    LISTS = "lists"


class Rule(enum.StrEnum):
    """What a price list does to the price of a unit."""

    SET = "set"
    """This price for each."""
    PERCENT = "percent"
    AMOUNT = "amount"
    """Roubles on each unit; negative lowers."""
    METRE = "metre"
    """Roubles on each square metre."""
    BASE = "base"
    """Base price of a square metre × area × coefficients."""
    LINES = "lines"
    """A price of its own for each unit listed."""


class ListState(enum.StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


CARRIED = (ListState.APPLYING, ListState.UNDOING)
"""A worker is to go through its units."""


class LineState(enum.StrEnum):
    WAITING = "waiting"
    APPLIED = "applied"
    SKIPPED = "skipped"
    UNDONE = "undone"
    KEPT = "kept"
    """Changed by somebody since: the undo left it alone."""


class CoefficientKind(enum.StrEnum):
    FLOOR = "floor"
    VIEW = "view"
    FINISH = "finish"


class Effect(enum.StrEnum):
    """How much a promotion or a discount takes off."""

    PERCENT = "percent"
    AMOUNT = "amount"
    METRE = "metre"


class ProjectPricing(Record, table=True):
    """How prices of a project are kept. A project without a row takes those of 1C."""

    __tablename__ = "project_pricing"
    __table_args__ = (
        UniqueConstraint("project_id"),
        CheckConstraint("floor_metre >= 0", name="floor_not_negative"),
    )

    project_id: int = reference("project.id", index=False)
    master: Master = one_of(Master, default=Master.ONEC)
    floor_metre: Decimal | None = money(optional=True)
    """The least price of a square metre a discount may come to."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class PriceList(Record, table=True):
    """A document that changes prices: seen before it is applied, undone as a whole."""

    __tablename__ = "price_list"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        Index("ix_price_list_due", "effect_at",
              postgresql_where=sa.text("state in ('scheduled', 'applying', 'undoing')")),
        CheckConstraint("step > 0", name="step_positive"),
        CheckConstraint("(state = 'scheduled') <= (effect_at is not null)", name="scheduled_has_a_date"),
    )  # fmt: skip

    project_id: int = reference("project.id", index=False)
    number: int
    title: str = text_of(200, default="")
    rule: Rule = one_of(Rule)
    value: Decimal = Field(default=Decimal(0), sa_type=sa.Numeric(14, 4), nullable=False)
    """Per cent or roubles, as the rule says; a price list by lines has none."""
    step: Decimal = Field(default=Decimal(1), sa_type=sa.Numeric(10, 2), nullable=False)
    """Prices come out as multiples of it, halves upwards."""
    criteria: dict[str, Any] = json_of()
    """Which units: see `Criteria`."""
    state: ListState = one_of(ListState, default=ListState.DRAFT)
    effect_at: datetime | None = moment(optional=True)
    made_by_id: int = reference("app_user.id", index=False)
    made_at: datetime = moment()
    applied_by_id: int | None = reference("app_user.id", optional=True, index=False)
    applied_at: datetime | None = moment(optional=True)
    undone_by_id: int | None = reference("app_user.id", optional=True, index=False)
    undone_at: datetime | None = moment(optional=True)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})

    project: Project = Relationship()


class PriceListLine(Record, table=True):
    """What a price list is to do, or did, to one unit."""

    __tablename__ = "price_list_line"
    __table_args__ = (
        UniqueConstraint("list_id", "unit_id"),
        Index("ix_price_list_line_waiting", "list_id", "unit_id",
              postgresql_where=sa.text("state = 'waiting'")),
    )  # fmt: skip

    list_id: int = reference("price_list.id", index=False)
    unit_id: int = reference("unit.id")
    asked: Decimal | None = money(optional=True)
    """The price written for this unit in a price list by lines."""
    before: Decimal | None = money(optional=True)
    after: Decimal | None = money(optional=True)
    state: LineState = one_of(LineState, default=LineState.WAITING)
    why: str = text_of(32, default="")
    """Why it was skipped or kept: a word of `reasons`."""
    made_before: list[Any] = json_of(list)
    """Of what the price was made before: put back by the undo."""


class PriceCoefficient(Record, table=True):
    """Times how much a square metre costs more for the floor, the view or the finish."""

    __tablename__ = "price_coefficient"
    __table_args__ = (
        CheckConstraint("factor > 0 and factor < 10", name="factor_sane"),
        Index("ix_price_coefficient_project_id", "project_id", "kind"),
    )

    project_id: int = reference("project.id", index=False)
    kind: CoefficientKind = one_of(CoefficientKind)
    name: str = text_of(100)
    criteria: dict[str, Any] = json_of()
    factor: Decimal = Field(sa_type=sa.Numeric(6, 4), nullable=False)
    made_by_id: int = reference("app_user.id", index=False)
    made_at: datetime = moment()
    removed_at: datetime | None = moment(optional=True)


class Promotion(Record, table=True):
    """A lower price for some time; in force by the clock alone."""

    __table_args__ = (
        CheckConstraint("value > 0", name="value_positive"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_promotion_project_id", "project_id", "starts_at"),
    )

    project_id: int = reference("project.id", index=False)
    name: str = text_of(200)
    badge: str = text_of(24)
    criteria: dict[str, Any] = json_of()
    effect: Effect = one_of(Effect)
    value: Decimal = Field(sa_type=sa.Numeric(14, 2), nullable=False)
    starts_at: datetime = moment()
    ends_at: datetime | None = moment(optional=True)
    compatible: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Adds up with other compatible ones; of those that do not, the better for the client counts."""
    public: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    """Shown outside; an internal one is known to the company only."""
    made_by_id: int = reference("app_user.id", index=False)
    made_at: datetime = moment()
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})

    made_by: User = Relationship()
