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
from domain.exchange.models import Direction, Message, MessageState

Report = dict[str, Any]

TOPIC = "exchange"
LEASE = timedelta(seconds=10)


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
