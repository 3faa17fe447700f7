"""A person's bell."""

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.notices.models import Notice

MOST_COUNTED = 100
"""The bell says 99+ above it; counting further would only cost."""


def unread_count(session: Session, user: User) -> int:
    unread = sa.select(Notice.id).where(col(Notice.user_id) == user.id, col(Notice.read_at).is_(None))
    return session.execute(sa.select(sa.func.count()).select_from(unread.limit(MOST_COUNTED).subquery())).scalar_one()
