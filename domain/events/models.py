"""What happened: history, timeline, source of notices and outbox in one table, and what is kept beside it.

The two tables beside it point at events without foreign keys: those would lock the rows they point at.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Index, SQLModel

from domain.kernel.db import Record, json_of, moment, reference, text_of


class Event(Record, table=True):
    """Written once. The application's role may not change it, and a trigger refuses its owner too."""

    __table_args__ = (
        Index("ix_event_subject", "subject_kind", "subject_id", "id"),
        Index("ix_event_deal_id_id", "deal_id", "id", postgresql_where=sa.text("deal_id is not null")),
        Index("ix_event_xid_id", "xid", "id"),
    )

    name: str = text_of(64)
    at: datetime = moment()
    actor_id: int | None = reference("app_user.id", optional=True, index=False)
    """None: the system itself or 1C did it."""
    subject_kind: str = text_of(32)
    subject_id: int = Field(sa_type=sa.BigInteger)
    deal_id: int | None = Field(default=None, sa_type=sa.BigInteger, nullable=True)
    """The deal on whose timeline it belongs."""
    topics: list[str] = Field(
        default_factory=list,
        sa_type=ARRAY(sa.Text),
        sa_column_kwargs={"server_default": "{}"},
        nullable=False,
    )
    """Live topics whose open screens should look again."""
    payload: dict[str, Any] = json_of()
    xid: int | None = Field(
        default=None,
        sa_type=sa.BigInteger,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("(pg_current_xact_id()::text)::bigint")},
    )
    """The transaction that wrote it: lets a reconnecting screen ask "what came after what I showed"
    without trusting the order of numbers, which is not the order of commits."""


class Unrelayed(SQLModel, table=True):
    """An event nobody has been told of yet: put here by a trigger, taken away by the relay."""

    __tablename__ = "event_unrelayed"

    event_id: int = Field(sa_type=sa.BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


class Seal(SQLModel, table=True):
    """A link of the chain that tells whether history was changed, see `sealing`."""

    __tablename__ = "event_seal"

    position: int = Field(sa_type=sa.BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    event_id: int | None = Field(default=None, sa_type=sa.BigInteger, nullable=True, unique=True)
    """None: no event but a move to another server, whose transactions are numbered anew."""
    xid: int = Field(sa_type=sa.BigInteger)
    """Of the event's transaction; at a move the last one that had ended on the new server."""
    hash: bytes = Field(sa_type=sa.LargeBinary)
