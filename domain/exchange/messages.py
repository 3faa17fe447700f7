"""The queue of record: every message to and from 1C, who carries it now and what came of it.

Valkey only wakes; a message is carried by whoever claims its row here, for the time of a lease.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from domain import events
from domain.events.recording import Numbered
from domain.exchange import circuit
from domain.exchange.models import Connection, Direction, Message, MessageState

Report = dict[str, Any]

TOPIC = "exchange"
LEASE = timedelta(seconds=30)
AT_ONCE = 2
"""Messages of one connection carried at the same time: each talk may take a licence of 1C."""
UNDONE = (MessageState.QUEUED, MessageState.WORKING, MessageState.DEAD)


@dataclass(frozen=True)
class Errand:
    """A claimed message, as its courier sees it."""

    message_id: int
    connection_id: int
    kind: str
    subject_kind: str
    subject_id: int | None
    payload: dict[str, Any]
    file_sha256: str | None
    report: Report
    attempts: int
    """Which try this is. Also proof of the claim: a later one has a larger number."""


class LeaseLost(Exception):
    """Another courier has the message now; whatever this one did must not be written down."""


def put(
    session: Session,
    connection_id: int,
    *,
    kind: str,
    key: str,
    direction: Direction = Direction.OUT,
    order_key: str = "",
    subject: Numbered | None = None,
    event_id: int | None = None,
    payload: dict[str, Any] | None = None,
    file_sha256: str | None = None,
) -> Message:
    """Queue the message, or find the one that was queued by the same key before.

    Of two transactions that put the same key at once the second one fails on the unique index.
    """
    if known := find(session, connection_id, key):
        return known
    message = Message(
        connection_id=connection_id,
        direction=direction,
        kind=kind,
        idempotency_key=key,
        order_key=order_key,
        subject_kind=type(subject).__name__.lower() if subject else "",
        subject_id=subject.id if subject else None,
        event_id=event_id,
        payload=payload or {},
        file_sha256=file_sha256,
    )
    session.add(message)
    session.flush()
    events.announce(session, TOPIC)
    return message


def find(session: Session, connection_id: int, key: str) -> Message | None:
    by_key = select(Message).where(Message.connection_id == connection_id, Message.idempotency_key == key)
    return session.exec(by_key).first()


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


def keep(session: Session, errand: Errand, *, now: datetime) -> None:
    """Prolong the lease."""
    _change(session, errand, lease_until=now + LEASE)


def note(session: Session, errand: Errand, **steps: Any) -> None:
    """Add to the report while the errand goes on: a step that must not be repeated blindly."""
    _change(session, errand, report=_with(steps))


def done(session: Session, errand: Errand, report: Report, *, now: datetime) -> None:
    """It came through: 1C is heard again, and what waited for it may go."""
    _change(
        session, errand,
        state=MessageState.DONE, lease_until=None, done_at=now, error="", report=_with(report),
    )  # fmt: skip
    circuit.close(session, errand.connection_id, now=now)
    events.announce(session, TOPIC)


def release(
    session: Session, errand: Errand, *, state: MessageState, due_at: Any, error: str, **values: Any
) -> None:
    """Give the message back: to the queue, or to a person."""
    _change(session, errand, state=state, lease_until=None, due_at=due_at, error=error[:2000], **values)
    events.announce(session, TOPIC)


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


def _change(session: Session, errand: Errand, **values: Any) -> None:
    """Only while the claim still holds."""
    ours = (
        col(Message.id) == errand.message_id,
        col(Message.state) == MessageState.WORKING,
        col(Message.attempts) == errand.attempts,
    )
    changed = session.execute(sa.update(Message).where(*ours).values(**values).returning(col(Message.id)))
    if changed.first() is None:
        raise LeaseLost


def _with(steps: Report) -> sa.ColumnElement[Any]:
    return col(Message.report).op("||")(sa.cast(sa.literal(events.plain(steps), JSONB), JSONB))
