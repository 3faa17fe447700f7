"""What is drawn and told of units beyond their areas: layouts, plans, outlines, characteristics."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from domain.estate.models import UnitKind
from domain.kernel.db import Record, area, json_of, moment, one_of, reference, text_of


class Layout(Record, table=True):
    """A kind of flat that a project has many of: the same rooms, the same walls."""

    __table_args__ = (
        UniqueConstraint("project_id", "kind", "code"),
        CheckConstraint("area_total > 0", name="area_positive"),
        CheckConstraint("rooms between 0 and 20", name="rooms_sane"),
    )

    project_id: int = reference("project.id", index=False)
    kind: UnitKind = one_of(UnitKind, default=UnitKind.FLAT)
    code: str = text_of(40)
    """What people in the office call it: 2К-54,3."""
    name: str = text_of(200, default="")
    rooms: int = 0
    area_total: Decimal = area()
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


def _one_live(column: str) -> Index:
    return Index(
        f"uq_plan_live_{column}", column, unique=True,
        postgresql_where=sa.text(f"removed_at is null and {column} is not null"),
    )  # fmt: skip


class Plan(Record, table=True):
    """A picture of one unit, of a layout or of a floor."""

    __table_args__ = (
        CheckConstraint("num_nonnulls(unit_id, layout_id, floor_id) = 1", name="of_one_thing"),
        CheckConstraint("width > 0 and height > 0", name="has_a_size"),
        _one_live("unit_id"),
        _one_live("layout_id"),
        _one_live("floor_id"),
    )

    unit_id: int | None = reference("unit.id", optional=True)
    layout_id: int | None = reference("layout.id", optional=True)
    floor_id: int | None = reference("floor.id", optional=True)
    sha256: str = Field(foreign_key="stored_file.sha256", max_length=64, index=True)
    thumbnail_sha256: str = Field(foreign_key="stored_file.sha256", max_length=64, index=True)
    media_type: str = text_of(100)
    width: int
    """Of the picture, in its own units: what outlines on it are a part of."""
    height: int
    put_by_id: int | None = reference("app_user.id", optional=True, index=False)
    put_at: datetime = moment()
    removed_at: datetime | None = moment(optional=True)


class Outline(Record, table=True):
    """Where a unit is on the plan of a floor: corners in parts of the picture's width and height."""

    __table_args__ = (UniqueConstraint("plan_id", "unit_id"),)

    plan_id: int = reference("plan.id", index=False)
    unit_id: int = reference("unit.id")
    points: list[Any] = json_of(list)


class CharacteristicType(enum.StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


class Characteristic(Record, table=True):
    """Something the company tells of units of a kind besides what every unit has."""

    __table_args__ = (UniqueConstraint("kind", "code"),)

    kind: UnitKind = one_of(UnitKind)
    code: str = text_of(40)
    """Under which `Unit.characteristics` keeps the value; never changes."""
    title: str = text_of(100)
    type: CharacteristicType = one_of(CharacteristicType)
    measure: str = text_of(20, default="")
    options: list[Any] = json_of(list)
    """What a choice is made from, in order."""
    position: int = 0
    retired: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """No longer asked for or shown; the values stay."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
