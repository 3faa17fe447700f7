"""People who sign in, what they are, and where."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import INET
from sqlmodel import Field, Index, Relationship, SQLModel

from domain.kernel.db import Record, moment, one_of, reference, text_of


class Role(enum.StrEnum):
    MANAGER = "manager"
    HEAD = "head"
    ENGINEER = "engineer"
    ACCOUNTANT = "accountant"
    ADMIN = "admin"
    AGENT = "agent"
    """Somebody of an agency: sees what is on sale and his own clients, nothing of the company's."""
    EXCHANGE = "exchange"
    """1C itself: HTTP Basic of the exchange address, no screens."""


class Region(Record, table=True):
    name: str = text_of(100, unique=True)


class User(Record, table=True):
    __tablename__ = "app_user"

    login: str = text_of(64, unique=True)
    name: str = text_of(200)
    password_hash: str = text_of(255)
    role: Role = one_of(Role)
    region_id: int | None = reference("region.id", optional=True)
    chief_id: int | None = reference("app_user.id", optional=True)
    """Whom the person reports to; heads see the subtree below them."""
    phone: str | None = text_of(20, optional=True)
    locale: str = text_of(5, default="ru")
    created_at: datetime = moment()
    disabled_at: datetime | None = moment(optional=True)

    region: Region | None = Relationship()


class UserSession(SQLModel, table=True):
    """A browser that is signed in. The cookie's token is kept only as its SHA-256."""

    __tablename__ = "user_session"

    token_hash: bytes = Field(primary_key=True, sa_type=sa.LargeBinary)
    user_id: int = reference("app_user.id")
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(optional=True)
    address: str | None = Field(default=None, sa_type=INET, nullable=True)
    agent: str = text_of(300, default="")


class LoginThrottle(SQLModel, table=True):
    """Failed sign-ins of one account or one address in the current window."""

    __tablename__ = "login_throttle"
    __table_args__ = (Index("ix_login_throttle_since", "since"),)

    key: str = Field(primary_key=True, max_length=200)
    failures: int = 0
    since: datetime = moment()
