"""What has to be done next, and what people say to each other about a deal."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index, Relationship

from domain.access.models import User
from domain.kernel.db import Record, moment, reference, text_of


class Task(Record, table=True):
    __table_args__ = (
        Index("ix_task_open_deal", "deal_id", "due_at", "id", postgresql_where=sa.text("done_at is null")),
        Index("ix_task_open_person", "responsible_id", "due_at", postgresql_where=sa.text("done_at is null")),
    )

    deal_id: int = reference("deal.id", index=False)
    title: str = text_of(300)
    due_at: datetime = moment()
    responsible_id: int = reference("app_user.id", index=False)
    created_at: datetime = moment()
    done_at: datetime | None = moment(optional=True)

    responsible: User = Relationship()


class Attachment(Record, table=True):
    """A file of a deal. The bytes are kept once however often they are attached."""

    deal_id: int = reference("deal.id")
    sha256: str = Field(foreign_key="stored_file.sha256", max_length=64)
    name: str = text_of(200)
    """As the person called it, without folders and invisible letters."""
    size: int = Field(sa_type=sa.BigInteger)
    media_type: str = text_of(100)
    """By content: what it is handed out as."""
    added_by_id: int = reference("app_user.id", index=False)
    added_at: datetime = moment()
    removed_at: datetime | None = moment(optional=True)

    added_by: User = Relationship()


class Comment(Record, table=True):
    deal_id: int = reference("deal.id")
    author_id: int = reference("app_user.id", index=False)
    text: str = text_of(5000)
    created_at: datetime = moment()

    author: User = Relationship()
