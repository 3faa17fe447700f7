"""Requests for a decision, one table for whatever is asked."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship

from domain.access.models import User
from domain.kernel.db import Record, json_of, moment, one_of, reference, text_of


class ApprovalState(enum.StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """The asker thought better of it."""
    LAPSED = "lapsed"
    """What it was about was over before anybody answered."""


class Approval(Record, table=True):
    __table_args__ = (
        Index(
            "uq_approval_waiting_subject", "kind", "subject_id", unique=True,
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        Index("ix_approval_waiting", "until", "id", postgresql_where=sa.text("state = 'waiting'")),
        Index("ix_approval_asked_by", "asked_by_id", "id"),
        CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided_when_over"),
    )  # fmt: skip

    kind: str = text_of(32)
    """A name of `approvals.kinds`."""
    subject_id: int = Field(sa_type=sa.BigInteger)
    """The number of what it is about, as its kind understands it."""
    deal_id: int | None = reference("deal.id", optional=True)
    asked_by_id: int = reference("app_user.id", index=False)
    asked_at: datetime = moment()
    reason: str = text_of(500)
    wish: dict[str, Any] = json_of()
    """What is asked for, in plain values that its words are made of: they stay as they were said."""
    until: datetime | None = moment(optional=True)
    """When it is too late to answer, so the request counts no more; None: it can wait."""
    state: ApprovalState = one_of(ApprovalState, default=ApprovalState.WAITING)
    decided_by_id: int | None = reference("app_user.id", optional=True, index=False)
    """None of a request that lapsed."""
    decided_at: datetime | None = moment(optional=True)
    comment: str = text_of(500, default="")
    granted: dict[str, Any] = json_of()
    """What granting it changed: enough to take it back."""

    asked_by: User = Relationship(sa_relationship_kwargs={"foreign_keys": "Approval.asked_by_id"})
    decided_by: User | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Approval.decided_by_id"})
