"""Whom a person reports to, and so whom he asks."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access.models import User


def above(session: Session, person: User) -> list[User]:
    """The heads over this person, the nearest first; those who were let go are left out."""
    if person.chief_id is None:
        return []
    people: Any = User.__table__  # type: ignore[attr-defined]
    first = sa.select(people.c.id, people.c.chief_id, sa.literal(1).label("step"))
    chain = first.where(people.c.id == person.chief_id).cte("chain", recursive=True)
    higher = people.alias()
    chain = chain.union_all(
        sa.select(higher.c.id, higher.c.chief_id, chain.c.step + 1)
        .join(chain, chain.c.chief_id == higher.c.id)
        .where(chain.c.step < 20)
    )
    heads = (
        select(User)
        .join(chain, chain.c.id == col(User.id))
        .where(col(User.disabled_at).is_(None))
        .order_by(chain.c.step)
    )
    return list(session.exec(heads))


def chief_of(session: Session, person: User) -> User | None:
    """Who decides for this person; None for whoever is their own head."""
    return next(iter(above(session, person)), None)
