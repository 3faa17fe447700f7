"""The bell: what happened that needs this very person."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Index, UniqueConstraint

from domain.kernel.db import Record, moment, reference


class Notice(Record, table=True):
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index("ix_notice_unread", "user_id", "id", postgresql_where=sa.text("read_at is null")),
    )

    user_id: int = reference("app_user.id", index=False)
    event_id: int = reference("event.id")
    created_at: datetime = moment()
    read_at: datetime | None = moment(optional=True)
