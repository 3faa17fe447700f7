"""Who carries a message now: one at a time, few at once, and in the order of its object."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.exchange import circuit
from domain.exchange.messages import LEASE, TOPIC, Errand
from domain.exchange.models import Connection, Message, MessageState

AT_ONCE = 2
"""Messages of one connection carried at the same time: each talk may take a licence of 1C."""
UNDONE = (MessageState.QUEUED, MessageState.WORKING, MessageState.DEAD)


def claim(session: Session, message_id: int, *, now: datetime) -> Errand | None:
    """Take the message for the time of a lease; None when it is not to be carried now."""
    connection = _connection_of(session, message_id)
    if (
        connection is None
        or circuit.is_open(connection, now)
        or _carried(session, connection, now) >= AT_ONCE
    ):
        return None
    taken = (
        sa.update(Message)
        .where(col(Message.id) == message_id, _claimable(now), ~_blocked())
        .values(state=MessageState.WORKING, lease_until=now + LEASE, attempts=Message.attempts + 1)
        .returning(*(getattr(Message, name) for name in _ERRAND_COLUMNS))
    )
    row = session.execute(taken).first()
    if row is None:
        return None
    events.announce(session, TOPIC)
    return Errand(message_id, *row)


def due(session: Session, *, now: datetime, connection_id: int | None = None) -> list[int]:
    """Messages to wake couriers for: those that may be claimed, a few of each open connection."""
    first = (
        sa.select(col(Message.id))
        .where(col(Message.connection_id) == Connection.id, _claimable(now), ~_blocked())
        .order_by(col(Message.due_at), col(Message.id))
        .limit(AT_ONCE)
        .lateral()
    )
    wanted = sa.select(first.c.id).select_from(sa.join(Connection, first, sa.true()))
    wanted = wanted.where(circuit.closed(now))
    if connection_id is not None:
        wanted = wanted.where(col(Connection.id) == connection_id)
    return list(session.execute(wanted).scalars())


def blockers(session: Session, message_ids: list[int]) -> dict[int, int]:
    """Which of these messages wait for an earlier one about the same thing, and for which."""
    earlier = _earlier()
    nearest = (
        sa.select(col(Message.id), sa.func.max(earlier.id))
        .join(earlier, _before(earlier))
        .where(col(Message.id).in_(message_ids), col(Message.state) == MessageState.QUEUED)
        .group_by(col(Message.id))
    )
    return dict(session.execute(nearest).all())


_ERRAND_COLUMNS = (
    "connection_id", "kind", "subject_kind", "subject_id", "payload", "file_sha256", "report", "attempts",
)  # fmt: skip


def _connection_of(session: Session, message_id: int) -> Connection | None:
    """Locked, so that claims of one connection are counted one after another."""
    owner = sa.select(col(Message.connection_id)).where(col(Message.id) == message_id).scalar_subquery()
    return session.exec(
        select(Connection)
        .where(col(Connection.id) == owner, col(Connection.enabled))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()


def _carried(session: Session, connection: Connection, now: datetime) -> int:
    at_work = (
        col(Message.connection_id) == connection.id,
        col(Message.state) == MessageState.WORKING,
        col(Message.lease_until) >= now,
    )
    return int(session.execute(sa.select(sa.func.count()).select_from(Message).where(*at_work)).scalar_one())


def _claimable(now: datetime) -> sa.ColumnElement[bool]:
    waiting = sa.and_(col(Message.state) == MessageState.QUEUED, col(Message.due_at) <= now)
    abandoned = sa.and_(col(Message.state) == MessageState.WORKING, col(Message.lease_until) < now)
    return waiting | abandoned


def _blocked() -> sa.ColumnElement[bool]:
    """An earlier message about the same thing is not through; a dead one blocks until a person decides."""
    earlier = _earlier()
    return sa.exists().where(_before(earlier))


def _earlier() -> Any:
    return sa.orm.aliased(Message, name="earlier")


def _before(earlier: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(Message.order_key) != "",
        earlier.connection_id == Message.connection_id,
        earlier.order_key == Message.order_key,
        earlier.id < Message.id,
        earlier.state.in_(UNDONE),
    )
