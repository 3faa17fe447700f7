"""What a client is offered: templates of payments, banks' programmes, offers in versions and links."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship, UniqueConstraint

from domain.access.models import User
from domain.deals.models import Deal
from domain.estate.models import Unit
from domain.kernel.db import Record, json_of, moment, money, one_of, reference, text_of
from domain.offers.payments import Period, Terms


def percent(*, optional: bool = False) -> Any:
    return Field(default=None if optional else Decimal(0), sa_type=sa.Numeric(5, 2), nullable=optional)


def version() -> Any:
    """Grows with every save of the form; a stale one is refused."""
    return Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})


class ProgrammeKind(enum.StrEnum):
    STANDARD = "standard"
    FAMILY = "family"
    IT = "it"


class PaymentTemplate(Record, table=True):
    """How a price is divided, under a name the sellers choose it by."""

    __tablename__ = "payment_template"
    __table_args__ = (
        CheckConstraint("first_percent is null or first_amount is null", name="first_is_one_of_two"),
        CheckConstraint("first_percent > 0 and first_percent < 100", name="first_percent_sane"),
        CheckConstraint("first_amount > 0", name="first_amount_sane"),
        CheckConstraint("payments between 0 and 119", name="payments_sane"),
        CheckConstraint("extra_percent between 0 and 100", name="extra_percent_sane"),
    )

    name: str = text_of(100, unique=True)
    first_percent: Decimal | None = percent(optional=True)
    first_amount: Decimal | None = money(optional=True)
    payments: int = 0
    """After the first one; 0 is the whole price at once."""
    every: Period = one_of(Period, default=Period.MONTHLY)
    last_on: date | None = Field(default=None, sa_type=sa.Date, nullable=True)
    extra_percent: Decimal = percent()
    version: int = version()
    retired_at: datetime | None = moment(optional=True)
    """From then on nobody is offered it; what was offered stays."""

    @property
    def terms(self) -> Terms:
        return Terms(
            self.first_percent, self.first_amount, self.payments, self.every, self.last_on, self.extra_percent
        )


class MortgageProgramme(Record, table=True):
    __tablename__ = "mortgage_programme"
    __table_args__ = (
        UniqueConstraint("bank", "name"),
        CheckConstraint("rate between 0 and 100", name="rate_sane"),
        CheckConstraint("least_down_percent >= 0 and least_down_percent < 100", name="down_sane"),
        CheckConstraint("longest_months between 1 and 600", name="term_sane"),
        CheckConstraint("least_credit > 0", name="least_credit_sane"),
        CheckConstraint("most_credit >= coalesce(least_credit, 0)", name="credits_in_order"),
        CheckConstraint("valid_to >= valid_from", name="validity_in_order"),
    )

    bank: str = text_of(100)
    name: str = text_of(100)
    kind: ProgrammeKind = one_of(ProgrammeKind, default=ProgrammeKind.STANDARD)
    rate: Decimal = percent()
    """Per cent a year."""
    least_down_percent: Decimal = percent()
    longest_months: int = 360
    least_credit: Decimal | None = money(optional=True)
    most_credit: Decimal | None = money(optional=True)
    valid_from: date = Field(sa_type=sa.Date, nullable=False)
    valid_to: date | None = Field(default=None, sa_type=sa.Date, nullable=True)
    rates_of: date = Field(sa_type=sa.Date, nullable=False)
    """The day the bank's terms were last looked up; shown beside every figure."""
    version: int = version()
    retired_at: datetime | None = moment(optional=True)


class Offer(Record, table=True):
    """What a deal's client is offered; it is never edited, only followed by a version."""

    deal_id: int = reference("deal.id")
    made_by_id: int = reference("app_user.id", index=False)
    made_at: datetime = moment()

    deal: Deal = Relationship()
    made_by: User = Relationship()


class OfferDocument(Record, table=True):
    """A PDF by its content, typeset once however often it is asked for. Without a file it is to be made."""

    __tablename__ = "offer_document"
    __table_args__ = (Index("ix_offer_document_due", "due_at", postgresql_where=sa.text("sha256 is null")),)

    fingerprint: str = text_of(64, unique=True)
    source: dict[str, Any] = json_of()
    """Everything that is printed, as plain values."""
    sha256: str | None = Field(
        default=None, max_length=64, foreign_key="stored_file.sha256", nullable=True, index=True
    )
    asked_at: datetime = moment()
    made_at: datetime | None = moment(optional=True)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    due_at: datetime = moment()


class OfferVersion(Record, table=True):
    """What was offered at one moment, as it was then: prices change, this does not."""

    __tablename__ = "offer_version"
    __table_args__ = (UniqueConstraint("offer_id", "number"),)

    offer_id: int = reference("offer.id", index=False)
    number: int
    content: dict[str, Any] = json_of()
    """See `content.Content`."""
    total: Decimal = money()
    valid_until: date = Field(sa_type=sa.Date, nullable=False)
    document_id: int = reference("offer_document.id")
    made_by_id: int = reference("app_user.id", index=False)
    made_at: datetime = moment()

    offer: Offer = Relationship()
    document: OfferDocument = Relationship()
    made_by: User = Relationship()


class OfferedUnit(Record, table=True):
    """A unit of a version, and what it cost there."""

    __tablename__ = "offered_unit"
    __table_args__ = (UniqueConstraint("version_id", "unit_id"),)

    version_id: int = reference("offer_version.id", index=False)
    unit_id: int = reference("unit.id")
    price: Decimal = money()

    unit: Unit = Relationship()


class OfferLink(Record, table=True):
    """A way to an offer for somebody without a login. The token is kept only as its SHA-256."""

    __tablename__ = "offer_link"
    __table_args__ = (CheckConstraint("expires_at > issued_at", name="term_after_start"),)

    offer_id: int = reference("offer.id")
    token_hash: bytes = Field(sa_type=sa.LargeBinary, nullable=False, unique=True)
    issued_by_id: int = reference("app_user.id", index=False)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(optional=True)
    opened_at: datetime | None = moment(optional=True)
    """The first time; the owner's own looks and those of machines are not counted."""
    seen_at: datetime | None = moment(optional=True)
    openings: int = Field(default=0, sa_column_kwargs={"server_default": "0"})

    offer: Offer = Relationship()
    issued_by: User = Relationship()
