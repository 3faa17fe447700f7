"""The client base as a list: one's own people and companies, found by what one remembers of them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.kernel.db import pick
from domain.kernel.seeking import Sought, answering, by_index, has_phone, has_words, some, sought
from domain.parties.models import Company, Person

PAGE = 50


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    inn: str | None
    phone: str | None
    responsible: str


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    more: int | None
    """The id to continue after; None at the end."""


def list_clients(
    session: Session, user: User, kind: type[Person] | type[Company], *, q: str, after: int
) -> Page:
    """Newest first. `q` is words of the name or their beginnings, digits of a phone from either end, or the
    beginning of an ИНН."""
    rows: Any = (
        pick(kind.id, kind.name, kind.inn, kind.phone, User.name)
        .join(User, col(User.id) == kind.responsible_id)
        .where(rows_of(user, col(kind.responsible_id)))
        .order_by(col(kind.id).desc())
        .limit(PAGE + 1)
    )
    if q.strip():
        by_index(session)
        told = answering(pick(kind.id, kind.responsible_id), *matching(kind, sought(q)))
        mine = pick(told.c.id).where(rows_of(user, told.c.responsible_id))
        rows = rows.where(col(kind.id).in_(some(mine)))
    if after:
        rows = rows.where(col(kind.id) < after)
    lines = [Line(*row) for row in session.execute(rows)]
    return Page(lines[:PAGE], lines[PAGE - 1].id if len(lines) > PAGE else None)


def matching(kind: type[Person] | type[Company], asked: Sought) -> list[sa.ColumnElement[bool]]:
    """What is sought as a condition on the name, the phone or the ИНН."""
    inn = [col(kind.inn).startswith(asked.digits)] if asked.digits is not None else []
    return [sa.or_(has_words(kind.name, asked.words), *has_phone(col(kind.phone), asked), *inn)]
