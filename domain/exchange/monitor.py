"""The exchange as people watch it."""

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.exchange.models import Message, MessageState


def in_trouble(session: Session) -> bool:
    """Whether a message waits for a person."""
    dead = sa.select(sa.literal(1)).where(col(Message.state) == MessageState.DEAD).limit(1)
    return session.execute(dead).first() is not None
