"""Choosing an open deal by a few words: the list under a field."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.deals.board import said
from domain.deals.funnels import in_work
from domain.deals.models import Deal, Stage
from domain.parties.models import Company, Person

MOST = 10


@dataclass(frozen=True)
class Option:
    id: int
    title: str
    client: str
    stage: str


def options(session: Session, user: User, words: str, *, most: int = MOST) -> list[Option]:
    """The person's open deals that answer to the words, the latest first; without words, the latest."""
    found: Any = (
        sa.select(
            col(Deal.id),
            col(Deal.title),
            sa.func.coalesce(col(Person.name), col(Company.name)).label("client"),
            col(Stage.name).label("stage"),
        )
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .outerjoin(Person, col(Person.id) == Deal.person_id)
        .outerjoin(Company, col(Company.id) == Deal.company_id)
        .where(rows_of(user, col(Deal.responsible_id)), in_work())
        .order_by(col(Deal.id).desc())
        .limit(most)
    )
    if words.strip():
        found = found.where(said(words.strip()))
    return [Option(row.id, row.title, row.client, row.stage) for row in session.execute(found)]
