"""Favourites and selections, see the package."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, Index, UniqueConstraint

from domain.kernel.db import Record, moment, money, reference, text_of


class Favourite(Record, table=True):
    """A unit somebody keeps an eye on; nobody else's business."""

    __table_args__ = (UniqueConstraint("user_id", "unit_id"),)

    user_id: int = reference("app_user.id", index=False)
    unit_id: int = reference("unit.id")
    added_at: datetime = moment()


class Selection(Record, table=True):
    """Units put together for a client by hand, or a kept filter of a building with its present answer."""

    owner_id: int = reference("app_user.id")
    deal_id: int | None = reference("deal.id", optional=True)
    """Whose client it is for, when it is known."""
    name: str = text_of(120)
    building_id: int | None = reference("building.id", optional=True)
    """Of a kept filter; None for units chosen by hand."""
    asked: str = text_of(1000, default="")
    """The kept filter as it stands in the board's address."""
    shared: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Whether a colleague who has the link may look."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    created_at: datetime = moment()
    removed_at: datetime | None = moment(optional=True)


class Choice(Record, table=True):
    """A unit of a selection, with the price it had when it was chosen."""

    __table_args__ = (
        Index(
            "uq_choice_unit_of_selection", "selection_id", "unit_id", unique=True,
            postgresql_where=sa.text("removed_at is null"),
        ),
    )  # fmt: skip

    selection_id: int = reference("selection.id")
    unit_id: int = reference("unit.id")
    position: int = 0
    note: str = text_of(300, default="")
    price: Decimal | None = money(optional=True)
    """On the day it was chosen."""
    added_at: datetime = moment()
    removed_at: datetime | None = moment(optional=True)
