"""Clients: people and companies, each with somebody responsible."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Index, Relationship

from domain.access.models import User
from domain.kernel.db import Record, moment, reference, text_of


class Person(Record, table=True):
    __table_args__ = (
        Index("ix_person_phone", "phone"),
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
        Index("ix_company_name_lower", sa.text("lower(name) text_pattern_ops")),
    )  # fmt: skip

    name: str = text_of(300)
    full_name: str | None = text_of(500, optional=True)
    inn: str | None = text_of(12, optional=True)
    kpp: str | None = text_of(9, optional=True)
    ogrn: str | None = text_of(15, optional=True)
    phone: str | None = text_of(20, optional=True)
    responsible_id: int = reference("app_user.id")
    created_at: datetime = moment()

    responsible: User = Relationship()
