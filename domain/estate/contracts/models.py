"""The contract a claim became: who confirmed it, when, under which number, and how it ended."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Index, Relationship

from domain.access.models import User
from domain.estate.models import Booking
from domain.kernel.db import Record, moment, reference, text_of


class UnitContract(Record, table=True):
    __tablename__ = "unit_contract"
    __table_args__ = (
        Index(
            "uq_unit_contract_booking", "booking_id", unique=True,
            postgresql_where=sa.text("ended_at is null"),
        ),
        CheckConstraint("number <> ''", name="has_a_number"),
    )  # fmt: skip

    booking_id: int = reference("booking.id")
    number: str = text_of(50)
    made_at: datetime = moment()
    made_by_id: int = reference("app_user.id", index=False)
    sold_at: datetime | None = moment(optional=True)
    """When it was registered."""
    sold_by_id: int | None = reference("app_user.id", optional=True, index=False)
    ended_at: datetime | None = moment(optional=True)
    """Terminated, or taken back the same day."""
    ended_by_id: int | None = reference("app_user.id", optional=True, index=False)
    reason: str = text_of(300, default="")

    booking: Booking = Relationship()
    made_by: User = Relationship(sa_relationship_kwargs={"foreign_keys": "UnitContract.made_by_id"})
