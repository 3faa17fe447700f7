"""The exchange as people watch it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.exchange.models import Connection, Message, MessageState


def in_trouble(session: Session) -> bool:
    """Whether a message waits for a person."""
    dead = sa.select(sa.literal(1)).where(col(Message.state) == MessageState.DEAD).limit(1)
    return session.execute(dead).first() is not None


def last_heard(session: Session) -> datetime | None:
    """When 1C last answered or called, by any connection."""
    return session.execute(
        sa.select(sa.func.max(Connection.heard_at)).where(col(Connection.enabled))
    ).scalar()
