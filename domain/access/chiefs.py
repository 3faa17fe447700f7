"""Whom a person reports to, and so whom he asks."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.access.models import User
from domain.kernel.db import kept


def above(session: Session, person: User) -> list[User]:
    """The heads over this person, the nearest first; those who were let go are left out."""
    if person.chief_id is None:
        return []
    return list(session.exec(_above(), params={"chief": person.chief_id}))


@kept
def _above() -> SelectOfScalar[User]:
    people: Any = User.__table__  # type: ignore[attr-defined]
    chief = sa.bindparam("chief", type_=sa.BigInteger)
    first = sa.select(people.c.id, people.c.chief_id, sa.literal(1).label("step"))
    chain = first.where(people.c.id == chief).cte("chain", recursive=True)
    higher = people.alias()
    chain = chain.union_all(
        sa.select(higher.c.id, higher.c.chief_id, chain.c.step + 1)
        .join(chain, chain.c.chief_id == higher.c.id)
        .where(chain.c.step < 20)
    )
    return (
        select(User)
        .join(chain, chain.c.id == col(User.id))
        .where(col(User.disabled_at).is_(None))
        .order_by(chain.c.step)
    )


def chief_of(session: Session, person: User) -> User | None:
    """Who decides for this person; None for whoever is their own head."""
    return next(iter(above(session, person)), None)
