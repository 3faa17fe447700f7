"""Writing down what happened, in the same transaction as the change itself."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.events import names
from domain.events.models import Event


class Numbered(Protocol):
    """Anything with a number: the subject of an event, the person who acts."""

    id: int


def record(
    session: Session,
    name: str,
    subject: Numbered,
    *,
    by: Numbered | None,
    deal: int | None = None,
    topics: Iterable[str] = (),
    at: datetime | None = None,
    **payload: Any,
) -> Event:
    """Add the event row; it is committed, announced and relayed together with the change.

    `by` is None when the system or 1C acts. `deal` is the id of the deal whose timeline shows it.
    `at` is the moment the rule was judged by; the database's own clock without it. `payload` holds
    plain values; amounts and moments are kept as text; changed fields as `changes={"field": (old, new)}`.
    """
    assert name in names.ALL, f"{name} is not listed in domain/events/names.py"
    if subject.id is None:
        session.flush()
    event = Event(
        name=name,
        actor_id=by.id if by else None,
        subject_kind=type(subject).__name__.lower(),
        subject_id=subject.id,
        deal_id=deal,
        topics=sorted(set(topics)),
        payload=plain(payload),
    )
    if at is not None:
        event.at = at
    session.add(event)
    return event


ADD_ALL = sa.text(
    """insert into event (name, actor_id, subject_kind, subject_id, topics, payload)
       select :name, :actor, :kind, subject, array[topic], payload
         from jsonb_to_recordset(cast(:happened as jsonb))
              as happened (subject bigint, topic text, payload jsonb)"""
)


def record_all(
    session: Session,
    name: str,
    kind: str,
    happened: Sequence[tuple[int, str, dict[str, Any]]],
    *,
    by: int | None,
) -> None:
    """The same happened to thousands: one statement writes what `record` would write of each.

    `happened` are subjects of one kind, each with its topic and payload; `by` is the person's number.
    """
    assert name in names.ALL, f"{name} is not listed in domain/events/names.py"
    if not happened:
        return
    told = [
        {"subject": subject, "topic": topic, "payload": plain(payload)}
        for subject, topic, payload in happened
    ]
    rows = {"name": name, "actor": by, "kind": kind, "happened": json.dumps(told, ensure_ascii=False)}
    session.execute(ADD_ALL, rows)


def announce(session: Session, *topics: str) -> None:
    """Make open screens look again, on commit, at what changed without being history."""
    session.execute(sa.select(sa.func.pg_notify("karkas", " ".join(topics))))


def plain(value: Any) -> Any:
    """The value as JSON can keep it, amounts without loss."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(inner) for inner in value]
    return value


HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def horizon(session: Session) -> int:
    """Where this transaction's view of the world ends.

    A screen rendered now may miss events whose `xid` is at or after it; `since` asks for those.
    """
    return session.execute(sa.text(f"select {HORIZON}")).scalar_one()


def topics_since(session: Session, horizon: int, wanted: Sequence[str]) -> set[str]:
    """Which of the wanted topics changed after the given horizon."""
    changed = sa.select(sa.func.unnest(Event.topics)).where(
        col(Event.xid) >= horizon,
        Event.topics.overlap(list(wanted)),  # type: ignore[attr-defined]
    )
    return set(session.execute(changed).scalars()) & set(wanted)
