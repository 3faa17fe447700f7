"""The exchange with 1C: connections, whose record is whose, and every message either way."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from domain.kernel.db import Record, json_of, moment, one_of, reference, text_of


class ConnectionKind(enum.StrEnum):
    ODATA = "odata"
    COMMERCEML = "commerceml"


class Direction(enum.StrEnum):
    OUT = "out"
    IN = "in"


class MessageState(enum.StrEnum):
    QUEUED = "queued"
    """Waiting for its turn or for the next try (`due_at`)."""
    WORKING = "working"
    """Claimed until `lease_until`; after that anybody may claim it again."""
    DONE = "done"
    DEAD = "dead"
    """Given up: a person must look. Retry from the screen brings it back."""
    DISMISSED = "dismissed"
    """A person decided that it need not be done; what waited behind it goes on."""


class Connection(Record, table=True):
    name: str = text_of(100, unique=True)
    kind: ConnectionKind = one_of(ConnectionKind)
    base_url: str = text_of(500, default="")
    login: str = text_of(100, default="")
    secret_name: str = text_of(100, default="")
    """Name of the environment variable with the password; the password itself is never stored."""
    timezone: str = text_of(50, default="Europe/Moscow")
    """1C writes dates without a zone: this is the zone of its server."""
    mapping: dict[str, Any] = json_of()
    """Names of this base's sets, fields and properties; empty means the defaults."""
    enabled: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    paused_until: datetime | None = moment(optional=True)
    polled_at: datetime | None = moment(optional=True)
    heard_at: datetime | None = moment(optional=True)
    """When 1C last answered or called: the freshness shown on boards."""


class ExternalId(Record, table=True):
    """The same thing on both sides."""

    __tablename__ = "external_id"
    __table_args__ = (
        UniqueConstraint("connection_id", "entity", "external_id"),
        UniqueConstraint("connection_id", "entity", "local_kind", "local_id"),
    )

    connection_id: int = reference("connection.id", index=False)
    entity: str = text_of(100)
    """The set in 1C (`Catalog_Помещения`) or the CommerceML element (`Товар`)."""
    external_id: str = text_of(150)
    local_kind: str = text_of(32)
    local_id: int = Field(sa_type=sa.BigInteger)
    data_version: str = text_of(50, default="")
    """DataVersion of our own last write or read: an equal one coming back is our echo."""
    catalogue: str = text_of(150, default="", sa_column_kwargs={"server_default": ""})
    """CommerceML: the Каталог it is listed in; each is full or partial on its own."""
    listed_at: datetime | None = moment(optional=True)
    """CommerceML: when a full Каталог last named it; what a full one leaves out has vanished."""


class EntryKind(enum.StrEnum):
    PROPERTY = "property"
    PRICE_TYPE = "price_type"
    WAITING_OFFER = "waiting_offer"
    """A price that came before its good."""


class CatalogueEntry(Record, table=True):
    """What a CommerceML file told us that only a later one will need: they come in parts, in any order."""

    __tablename__ = "catalogue_entry"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "ref"),)

    connection_id: int = reference("connection.id", index=False)
    kind: EntryKind = one_of(EntryKind)
    ref: str = text_of(150)
    body: dict[str, Any] = json_of()


class Message(Record, table=True):
    __table_args__ = (
        UniqueConstraint("connection_id", "idempotency_key"),
        Index("ix_message_due", "due_at", postgresql_where=sa.text("state in ('queued', 'working')")),
        Index("ix_message_order", "connection_id", "order_key", "id",
              postgresql_where=sa.text("state <> 'done'")),
        Index("ix_message_recent", "id", "state"),
        CheckConstraint("(state = 'working') = (lease_until is not null)", name="lease_while_working"),
    )  # fmt: skip

    connection_id: int = reference("connection.id", index=False)
    direction: Direction = one_of(Direction)
    kind: str = text_of(50)
    """What it carries: `reservation`, `counterparty`, `catalog`, …: picks the courier."""
    idempotency_key: str = text_of(150)
    """The same effect is asked for only once however often the row is written or sent."""
    order_key: str = text_of(100, default="")
    """Messages of one object go in order: a later one waits for the earlier one."""
    subject_kind: str = text_of(32, default="")
    subject_id: int | None = Field(default=None, sa_type=sa.BigInteger, nullable=True)
    event_id: int | None = reference("event.id", optional=True)
    payload: dict[str, Any] = json_of()
    file_sha256: str | None = Field(
        default=None, foreign_key="stored_file.sha256", max_length=64, nullable=True
    )
    state: MessageState = one_of(MessageState, default=MessageState.QUEUED)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    due_at: datetime = moment()
    lease_until: datetime | None = moment(optional=True)
    created_at: datetime = moment()
    done_at: datetime | None = moment(optional=True)
    error: str = text_of(2000, default="")
    """The last failure in words for a person."""
    report: dict[str, Any] = json_of()
    """What came of it: counts, remarks for reconciliation, ids given by 1C."""


class ReceivedPart(Record, table=True):
    """A chunk of a file that 1C is sending by the site-exchange protocol, in order of arrival."""

    __tablename__ = "received_part"

    session_key: str = text_of(64, index=True)
    filename: str = text_of(300)
    size: int = Field(sa_type=sa.BigInteger)
    sha256: str = text_of(64)
    received_at: datetime = moment()
