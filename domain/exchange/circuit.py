"""Whether a base of 1C is to be spoken to now: one pause for all instead of an error for each."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.exchange.models import Connection, Message, MessageState

SILENT = timedelta(seconds=8)
"""1C that answered somebody within this time is alive: a failure is then the message's own."""
HEARD_EVERY = timedelta(seconds=2)
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(seconds=60)


def is_open(connection: Connection, now: datetime) -> bool:
    """The circuit is open: the connection pauses."""
    return connection.paused_until is not None and connection.paused_until > now


def closed(now: datetime) -> sa.ColumnElement[bool]:
    """The same for a query: connections that may be used."""
    paused = col(Connection.paused_until)
    return sa.and_(col(Connection.enabled), paused.is_(None) | (paused <= now))


def is_silent(connection: Connection, now: datetime) -> bool:
    return connection.heard_at is None or now - connection.heard_at > SILENT


def pause(session: Session, connection: Connection, *, now: datetime) -> None:
    """Half as long as the silence has lasted: soon at first, rarer with time, never rarer than a minute."""
    silence = now - connection.heard_at if connection.heard_at else SHORTEST
    connection.paused_until = now + min(max(silence / 2, SHORTEST), LONGEST)
    session.add(connection)
    events.announce(session, "exchange")


def close(session: Session, connection_id: int, *, now: datetime) -> None:
    """1C answered: no pause any more, and those that waited for it go at once."""
    stale = col(Connection.heard_at).is_(None) | (col(Connection.heard_at) < now - HEARD_EVERY)
    this = col(Connection.id) == connection_id
    resumed = session.execute(
        sa.update(Connection)
        .where(this, col(Connection.paused_until).is_not(None))
        .values(paused_until=None, heard_at=now)
        .returning(col(Connection.id))
    )
    if resumed.first():
        waiting = (col(Message.connection_id) == connection_id, col(Message.state) == MessageState.QUEUED)
        session.execute(sa.update(Message).where(*waiting, col(Message.due_at) > now).values(due_at=now))
    else:
        session.execute(sa.update(Connection).where(this, stale).values(heard_at=now))
