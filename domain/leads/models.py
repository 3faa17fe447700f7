"""Requests from outside: who asks about what, with the consent they gave, and what came of it."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import CheckConstraint, Field, Index, Relationship

from domain.access.models import User
from domain.estate.models import Unit
from domain.kernel.db import Record, moment, one_of, reference, text_of


class LeadState(enum.StrEnum):
    NEW = "new"
    TAKEN = "taken"
    DEAL = "deal"
    JUNK = "junk"


class ConsentText(Record, table=True):
    """A wording of the consent to the processing of personal data; a new wording is a new row."""

    __tablename__ = "consent_text"

    text: str = text_of(4000)
    policy_url: str = text_of(500)
    """Where the operator's policy is published (152-ФЗ, article 18.1)."""
    added_at: datetime = moment()
    added_by_id: int | None = reference("app_user.id", optional=True, index=False)


class Lead(Record, table=True):
    __table_args__ = (
        Index("ix_lead_waiting", "region_id", "id", postgresql_where=sa.text("responsible_id is null")),
        Index("ix_lead_phone", "phone", "created_at"),
        CheckConstraint("phone ~ '^[+][0-9]{7,15}$'", name="phone_is_e164"),
        CheckConstraint("state = 'new' or responsible_id is not null", name="somebody_has_it"),
        CheckConstraint("(state = 'deal') = (deal_id is not null)", name="deal_of_a_deal"),
    )

    name: str = text_of(200)
    phone: str = text_of(20)
    source: str = text_of(100)
    unit_id: int | None = reference("unit.id", optional=True)
    text: str = text_of(1000, default="")
    page: str = text_of(500, default="")
    """The address of the page the request was made on."""
    utm: dict[str, str] = Field(
        default_factory=dict, sa_type=JSONB, nullable=False,
        sa_column_kwargs={"server_default": sa.text("'{}'::jsonb")},
    )  # fmt: skip
    consent_text_id: int = reference("consent_text.id")
    consent_at: datetime = moment()
    consent_address: bytes | None = Field(default=None, sa_type=sa.LargeBinary, nullable=True)
    """A keyed hash of the network address the consent came from: proves, does not tell."""
    state: LeadState = one_of(LeadState, default=LeadState.NEW)
    region_id: int | None = reference("region.id", optional=True)
    """Whose people may take it while it is nobody's; None: everybody's."""
    responsible_id: int | None = reference("app_user.id", optional=True)
    deal_id: int | None = reference("deal.id", optional=True)
    junk_reason: str = text_of(200, default="")
    created_at: datetime = moment()
    repeated_at: datetime | None = moment(optional=True)
    repeats: int = Field(default=0, sa_column_kwargs={"server_default": "0"})

    unit: Unit | None = Relationship()
    responsible: User | None = Relationship()
