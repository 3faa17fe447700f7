"""What is public: a project, its buildings and kinds of units; the sites and portals that may ask."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, SQLModel, UniqueConstraint

from domain.estate.models import UnitKind
from domain.kernel.db import Record, moment, one_of, reference, text_of


class BuildingState(enum.StrEnum):
    UNFINISHED = "unfinished"
    BUILT = "built"
    """Stands, but is not in use yet."""
    HANDED_OVER = "handed_over"


class Material(enum.StrEnum):
    UNKNOWN = "unknown"
    BRICK = "brick"
    MONOLITH = "monolith"
    MONOLITH_BRICK = "monolith_brick"
    PANEL = "panel"
    BLOCK = "block"


class FeedFormat(enum.StrEnum):
    YANDEX = "yandex"
    AVITO = "avito"
    CIAN = "cian"
    DOMCLICK = "domclick"


def _same_number_as(target: str) -> Any:
    return Field(
        default=None,
        sa_type=sa.BigInteger,
        primary_key=True,
        foreign_key=target,
        sa_column_kwargs={"autoincrement": False},
    )


def _version() -> Any:
    return Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})


class Publication(SQLModel, table=True):
    """A project as outsiders see it; it has the project's number. Without a row nothing is public."""

    id: int = _same_number_as("project.id")
    version: int = _version()
    published: bool = Field(default=False, nullable=False, sa_column_kwargs={"server_default": "false"})
    description: str = text_of(4000, default="")
    developer: str = text_of(200, default="")
    phone: str = text_of(20, default="")
    region: str = text_of(100, default="")
    site_url: str = text_of(500, default="")
    yandex_id: str = text_of(30, default="")
    avito_id: str = text_of(30, default="")
    cian_id: str = text_of(30, default="")
    domclick_id: str = text_of(30, default="")
    domclick_developer_id: str = text_of(30, default="")


class Listing(SQLModel, table=True):
    """A building as portals want it described; it has the building's number."""

    __table_args__ = (
        CheckConstraint("ready_quarter between 1 and 4", name="quarter"),
        CheckConstraint("built_year between 1950 and 2100", name="year"),
        CheckConstraint("floors_total between 1 and 200", name="floors"),
    )

    id: int = _same_number_as("building.id")
    version: int = _version()
    address: str = text_of(300, default="")
    latitude: Decimal | None = Field(default=None, sa_type=sa.Numeric(9, 6), nullable=True)
    longitude: Decimal | None = Field(default=None, sa_type=sa.Numeric(9, 6), nullable=True)
    floors_total: int | None = Field(default=None, nullable=True)
    built_year: int | None = Field(default=None, nullable=True)
    ready_quarter: int | None = Field(default=None, nullable=True)
    state: BuildingState = one_of(BuildingState, default=BuildingState.UNFINISHED)
    material: Material = one_of(Material, default=Material.UNKNOWN)
    image_url: str = text_of(500, default="")
    """A picture of the building that portals may fetch."""
    yandex_id: str = text_of(30, default="")
    avito_id: str = text_of(30, default="")
    cian_id: str = text_of(30, default="")
    domclick_id: str = text_of(30, default="")


class ListedKind(Record, table=True):
    """What outsiders see of the units of one kind in a building; a kind without a row is not public."""

    __tablename__ = "listed_kind"
    __table_args__ = (UniqueConstraint("listing_id", "kind"),)

    listing_id: int = reference("listing.id", index=False)
    kind: UnitKind = one_of(UnitKind)
    show_price: bool = Field(default=True, nullable=False)
    """Otherwise «цена по запросу»."""
    show_booked: bool = Field(default=False, nullable=False)
    """Units that are booked are shown as such; otherwise they are not shown."""


class PublicSite(Record, table=True):
    """A site whose pages may show our stock and send requests."""

    __tablename__ = "public_site"

    origin: str = text_of(200, unique=True)
    added_at: datetime = moment()
    added_by_id: int | None = reference("app_user.id", optional=True, index=False)


class Feed(Record, table=True):
    """A file for one portal; without a row, or switched off, its address does not exist."""

    __table_args__ = (UniqueConstraint("format"),)

    format: FeedFormat = one_of(FeedFormat)
    enabled: bool = Field(default=False, nullable=False)
    token: str = text_of(64, default="")
    """In the address when it is not empty, so that only the portal knows it."""
    switched_at: datetime = moment()


class FeedFetch(Record, table=True):
    """Somebody fetched a feed. Kept for a month."""

    __tablename__ = "feed_fetch"
    __table_args__ = (Index("ix_feed_fetch_format_at", "format", "at"),)

    format: FeedFormat = one_of(FeedFormat)
    at: datetime = moment()
    agent: str = text_of(200, default="")
    status: int
    size: int = Field(default=0, sa_type=sa.BigInteger, nullable=False)
    milliseconds: int = 0
