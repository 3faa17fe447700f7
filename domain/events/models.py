"""What happened: history, timeline, source of notices and outbox in one table."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Index

from domain.kernel.db import Record, json_of, moment, reference, text_of


class Event(Record, table=True):
    __table_args__ = (
        Index("ix_event_subject", "subject_kind", "subject_id", "id"),
        Index("ix_event_deal_id_id", "deal_id", "id", postgresql_where=sa.text("deal_id is not null")),
        Index("ix_event_unrelayed", "id", postgresql_where=sa.text("relayed_at is null")),
        Index("ix_event_xid", "xid"),
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
    relayed_at: datetime | None = moment(optional=True)
    xid: int | None = Field(
        default=None,
        sa_type=sa.BigInteger,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("(pg_current_xact_id()::text)::bigint")},
    )
    """The transaction that wrote it: lets a reconnecting screen ask "what came after what I showed"
    without trusting the order of numbers, which is not the order of commits."""
