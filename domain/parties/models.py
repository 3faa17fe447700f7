"""Clients: people and companies, each with somebody responsible."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field, Index, Relationship

from domain.access.models import User
from domain.kernel.db import Record, moment, reference, text_of


class Person(Record, table=True):
    __table_args__ = (
        Index("ix_person_words", sa.text("words_of(name)"), postgresql_using="gin"),
        Index("ix_person_phone", sa.text("phone text_pattern_ops")),
        Index("ix_person_phone_end", sa.text("reverse(phone) text_pattern_ops")),
        Index("ix_person_inn", sa.text("inn text_pattern_ops")),
        Index("ix_person_name_lower", sa.text("lower(name) text_pattern_ops")),
        CheckConstraint("phone ~ '^[+][0-9]{7,15}$'", name="phone_is_e164"),
        Index("uq_person_inn", "inn", unique=True, postgresql_where=sa.text("inn is not null")),
    )

    name: str = text_of(200)
    phone: str | None = text_of(20, optional=True)
    email: str | None = text_of(254, optional=True)
    inn: str | None = text_of(12, optional=True)
    responsible_id: int = reference("app_user.id")
    created_at: datetime = moment()

    responsible: User = Relationship()


class Company(Record, table=True):
    __table_args__ = (
        Index(
            "uq_company_inn_kpp", "inn", sa.text("coalesce(kpp, '')"),
            unique=True, postgresql_where=sa.text("inn is not null"),
        ),
        Index("ix_company_words", sa.text("words_of(name)"), postgresql_using="gin"),
        Index("ix_company_phone", sa.text("phone text_pattern_ops")),
        Index("ix_company_phone_end", sa.text("reverse(phone) text_pattern_ops")),
        Index("ix_company_inn", sa.text("inn text_pattern_ops")),
        Index("ix_company_name_lower", sa.text("lower(name) text_pattern_ops")),
    )  # fmt: skip

    name: str = text_of(300)
    full_name: str | None = text_of(500, optional=True)
    inn: str | None = text_of(12, optional=True)
    kpp: str | None = text_of(9, optional=True)
    ogrn: str | None = text_of(15, optional=True)
    version: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    """Grows with every change of the form's fields; a stale save is refused."""
    phone: str | None = text_of(20, optional=True)
    responsible_id: int = reference("app_user.id")
    created_at: datetime = moment()

    responsible: User = Relationship()
