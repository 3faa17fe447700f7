"""Real estate: project → building → section → floor → unit, and the bookings of units."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship, UniqueConstraint

from domain.access.models import User
from domain.kernel.db import Record, area, json_of, moment, money, one_of, reference, text_of


class UnitKind(enum.StrEnum):
    FLAT = "flat"
    PARKING = "parking"
    STORAGE = "storage"
    COMMERCIAL = "commercial"


class Finish(enum.StrEnum):
    NONE = "none"
    ROUGH = "rough"
    PRE_FINE = "pre_fine"
    FINE = "fine"


class Availability(enum.StrEnum):
    """What 1C or the price list says of a unit, before our own bookings."""

    ON_SALE = "on_sale"
    CONTRACT = "contract"
    SOLD = "sold"
    OFF = "off"


class UnitStatus(enum.StrEnum):
    """What the chessboard shows; derived from availability and the active booking, never stored."""

    FREE = "free"
    BOOKED = "booked"
    CONTRACT = "contract"
    SOLD = "sold"
    OFF = "off"


class BookingKind(enum.StrEnum):
    """What the client has given for the hold; each kind has terms of its own."""

    VERBAL = "verbal"
    PAID = "paid"
    MORTGAGE = "mortgage"
    CORPORATE = "corporate"
    OFFER = "offer"
    """The unit is kept for the first of its waiting list until the answer."""


class BookingState(enum.StrEnum):
    """A claim on a unit (`closed_at is null`): booked for a term, then contracted, then sold; or over."""

    ACTIVE = "active"
    CONTRACT = "contract"
    SOLD = "sold"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Project(Record, table=True):
    name: str = text_of(200, unique=True)
    city: str = text_of(100, default="")
    position: int = 0


class Building(Record, table=True):
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    project_id: int = reference("project.id", index=False)
    name: str = text_of(100)
    position: int = 0

    project: Project = Relationship()


class Section(Record, table=True):
    __table_args__ = (UniqueConstraint("building_id", "number"),)

    building_id: int = reference("building.id", index=False)
    number: int

    building: Building = Relationship()


class Floor(Record, table=True):
    __table_args__ = (UniqueConstraint("section_id", "number"),)

    section_id: int = reference("section.id", index=False)
    number: int
    """May be negative: parking below ground."""

    section: Section = Relationship()


class Unit(Record, table=True):
    __table_args__ = (
        UniqueConstraint("floor_id", "kind", "number"),
        CheckConstraint("price is null or price >= 0", name="price_not_negative"),
        CheckConstraint("area_total > 0", name="area_positive"),
        CheckConstraint("rooms between 0 and 20", name="rooms_sane"),
        CheckConstraint("storeys between 1 and 4", name="storeys_sane"),
    )

    floor_id: int = reference("floor.id", index=False)
    kind: UnitKind = one_of(UnitKind, default=UnitKind.FLAT)
    number: str = text_of(20)
    position: int = 0
    """Place on the floor, left to right."""
    rooms: int = 0
    """0 is a studio."""
    area_total: Decimal = area()
    area_living: Decimal | None = area(optional=True)
    area_kitchen: Decimal | None = area(optional=True)
    finish: Finish = one_of(Finish, default=Finish.NONE)
    availability: Availability = one_of(Availability, default=Availability.OFF)
    price: Decimal | None = money(optional=True)
    """At full payment, today; a booking freezes its own copy. None: not priced, so not for sale."""
    storeys: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """How many floors it takes, its own and those above."""
    layout_id: int | None = reference("layout.id", optional=True)
    characteristics: dict[str, Any] = json_of()
    """What else is known of it, by the codes of its kind's characteristics."""

    floor: Floor = Relationship()


class ListPrice(Record, table=True):
    """Of what the price of a unit is made, as the last price list left it."""

    __tablename__ = "list_price"
    __table_args__ = (UniqueConstraint("unit_id"),)

    unit_id: int = reference("unit.id", index=False)
    components: list[Any] = json_of(list)


class Booking(Record, table=True):
    __table_args__ = (
        Index(
            "uq_booking_claimed_unit", "unit_id", unique=True,
            postgresql_where=sa.text("closed_at is null"),
        ),
        Index("ix_booking_active_until", "until", postgresql_where=sa.text("state = 'active'")),
        CheckConstraint("until > booked_at", name="term_after_start"),
        CheckConstraint(
            "(state in ('active', 'contract', 'sold')) = (closed_at is null)", name="closed_when_over"
        ),
        CheckConstraint("price >= 0", name="price_not_negative"),
    )  # fmt: skip

    unit_id: int = reference("unit.id")
    deal_id: int = reference("deal.id")
    booked_by_id: int = reference("app_user.id", index=False)
    price: Decimal = money()
    passport: list[Any] = json_of(list)
    """Of what the frozen price is made, see `pricing.Passport`."""
    booked_at: datetime = moment()
    until: datetime = moment()
    kind: BookingKind = one_of(BookingKind, default=BookingKind.VERBAL)
    state: BookingState = one_of(BookingState, default=BookingState.ACTIVE)
    closed_at: datetime | None = moment(optional=True)
    extensions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    settled_at: datetime | None = moment(optional=True)
    """When its maker said that nothing more is to be done about one that ran out."""

    unit: Unit = Relationship()
    booked_by: User = Relationship()


class BuildingChange(Record, table=True):
    """A mark that something the chessboard shows was changed: one a transaction, left by triggers.

    Whoever keeps a drawn board compares the marks instead of the units, see `chessboard.edition`.
    """

    __tablename__ = "building_change"
    __table_args__ = (UniqueConstraint("building_id", "at", "xid"),)

    building_id: int = reference("building.id", index=False)
    at: datetime = Field(
        default=None, sa_type=sa.DateTime(timezone=True), nullable=False,
        sa_column_kwargs={"server_default": sa.text("now()")},
    )  # fmt: skip
    """When its transaction began; with `xid` it names the transaction also after a move to another server."""
    xid: int | None = Field(
        default=None, sa_type=sa.BigInteger, nullable=False,
        sa_column_kwargs={"server_default": sa.text("(pg_current_xact_id()::text)::bigint")},
    )  # fmt: skip
