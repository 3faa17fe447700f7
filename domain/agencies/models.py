"""Agencies, their people, the clients fixed to them and the bookings they ask for."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship

from domain.access.models import User
from domain.estate.models import Unit
from domain.kernel.db import Record, moment, one_of, reference, text_of


class Agency(Record, table=True):
    __table_args__ = (
        Index("uq_agency_inn", "inn", unique=True, postgresql_where=sa.text("inn is not null")),
        CheckConstraint("fixed_for between 1 and 365", name="fixed_for_days"),
        CheckConstraint("most_bookings between 0 and 1000", name="most_bookings_sane"),
    )

    name: str = text_of(300)
    inn: str | None = text_of(12, optional=True)
    manager_id: int = reference("app_user.id")
    """Who answers the agency; whoever may see their rows sees the agency's clients and requests."""
    funnel_id: int | None = reference("funnel.id", optional=True)
    """Where the deals of its clients are opened; the first funnel without it."""
    fixed_for: int = Field(default=30, nullable=False)
    """Days a client stays fixed to the agency."""
    most_bookings: int = Field(default=5, nullable=False)
    """Units its clients may hold at once; a confirmation beyond it is refused."""
    version: int = Field(default=1, nullable=False)
    created_at: datetime = moment()
    closed_at: datetime | None = moment(optional=True)
    """No longer worked with: its people sign in no more, its clients are free."""

    manager: User = Relationship()


class Agent(Record, table=True):
    """A person of an agency who signs in."""

    user_id: int = reference("app_user.id", index=False)
    agency_id: int = reference("agency.id")

    __table_args__ = (Index("uq_agent_user_id", "user_id", unique=True),)

    user: User = Relationship()
    agency: Agency = Relationship()


class Fixation(Record, table=True):
    """A client an agency brought: for a while he is nobody else's."""

    __table_args__ = (
        Index("uq_fixation_phone", "phone", unique=True, postgresql_where=sa.text("ended_at is null")),
        CheckConstraint("phone ~ '^[+][0-9]{7,15}$'", name="phone_is_e164"),
        CheckConstraint("until > fixed_at", name="term_after_start"),
    )

    agency_id: int = reference("agency.id")
    agent_id: int = reference("app_user.id")
    name: str = text_of(200)
    phone: str = text_of(20)
    fixed_at: datetime = moment()
    until: datetime = moment()
    """From then on it holds nothing, swept or not."""
    ended_at: datetime | None = moment(optional=True)

    agency: Agency = Relationship()


class RequestState(enum.StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class BookingRequest(Record, table=True):
    """A booking an agent asks for: it holds nothing until a manager confirms it."""

    __tablename__ = "booking_request"
    __table_args__ = (
        Index(
            "uq_booking_request_waiting", "unit_id", "fixation_id",
            unique=True, postgresql_where=sa.text("state = 'waiting'"),
        ),
        CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided_when_not_waiting"),
        CheckConstraint("(state = 'confirmed') = (deal_id is not null)", name="deal_when_confirmed"),
    )  # fmt: skip

    fixation_id: int = reference("fixation.id")
    unit_id: int = reference("unit.id")
    text: str = text_of(500, default="")
    asked_at: datetime = moment()
    state: RequestState = one_of(RequestState, default=RequestState.WAITING)
    decided_at: datetime | None = moment(optional=True)
    decided_by_id: int | None = reference("app_user.id", optional=True, index=False)
    answer: str = text_of(500, default="")
    deal_id: int | None = reference("deal.id", optional=True)

    fixation: Fixation = Relationship()
    unit: Unit = Relationship()


class AgencyDeal(Record, table=True):
    """That a deal is an agency's sale, and whose."""

    __tablename__ = "agency_deal"
    __table_args__ = (Index("uq_agency_deal_deal_id", "deal_id", unique=True),)

    deal_id: int = reference("deal.id", index=False)
    agency_id: int = reference("agency.id")
    agent_id: int = reference("app_user.id")
