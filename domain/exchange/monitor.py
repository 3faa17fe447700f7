"""The exchange as people watch it: every message, its state in words, and how fresh each side is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access import Permission, User, may, rows_of
from domain.estate import Booking
from domain.exchange import claiming
from domain.exchange.models import Connection, ConnectionKind, Direction, Message, MessageState
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.text import _
from domain.parties import Company, Person

PAGE = 50
UNDONE = (MessageState.QUEUED, MessageState.WORKING)


@dataclass(frozen=True)
class Wanted:
    """What the person narrowed the list to; empty parts do not narrow."""

    direction: Direction | None = None
    state: MessageState | None = None
    kind: str = ""
    before: int | None = None
    """Only messages with smaller numbers: the next page, flat in cost."""


@dataclass(frozen=True)
class Line:
    id: int
    connection: str
    direction: Direction
    kind: str
    subject_kind: str
    subject_id: int | None
    state: MessageState
    attempts: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    error: str
    waits_for: int | None = None
    """The earlier message about the same thing that has to go first."""


@dataclass(frozen=True)
class Freshness:
    name: str
    kind: ConnectionKind
    heard_at: datetime | None
    paused_until: datetime | None
    enabled: bool


@dataclass(frozen=True)
class Monitor:
    lines: list[Line]
    more: int | None
    """The number to continue from; None at the end."""
    waiting: int
    dead: int
    oldest: datetime | None
    """Since when the oldest undone message waits."""
    connections: list[Freshness] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def monitor(session: Session, user: User, wanted: Wanted) -> Monitor:
    """The newest of the messages this person may see, with the figures of the whole queue."""
    lines = _lines(session, user, wanted)
    blocking = claiming.blockers(session, [line.id for line in lines])
    shown = [_with_blocker(line, blocking.get(line.id)) for line in lines[:PAGE]]
    waiting, dead, oldest = session.execute(
        pick(
            sa.func.count().filter(col(Message.state).in_(UNDONE)),
            sa.func.count().filter(col(Message.state) == MessageState.DEAD),
            sa.func.min(Message.created_at).filter(col(Message.state).in_(UNDONE)),
        ).where(col(Message.state).in_([*UNDONE, MessageState.DEAD]))
    ).one()
    return Monitor(
        lines=shown,
        more=shown[-1].id if len(lines) > PAGE else None,
        waiting=waiting,
        dead=dead,
        oldest=oldest,
        connections=_freshness(session),
        kinds=list(session.execute(pick(Message.kind).distinct().order_by(Message.kind)).scalars()),
    )


def get_message(session: Session, user: User, message_id: int) -> Message:
    visible = select(Message).where(Message.id == message_id, seen_by(user))
    message = session.exec(visible).first() if 0 < message_id < 2**63 else None
    if message is None:
        raise Missing(_("There is no such message"))
    return message


def seen_by(user: User) -> sa.ColumnElement[bool]:
    """Keepers of the exchange see all of it; others what is about no client, or about clients of theirs."""
    if may(user, Permission.EXCHANGE_RETRY):
        return sa.true()
    theirs = {
        "person": pick(col(Person.id)).where(rows_of(user, col(Person.responsible_id))),
        "company": pick(col(Company.id)).where(rows_of(user, col(Company.responsible_id))),
        "booking": pick(col(Booking.id)).where(rows_of(user, col(Booking.booked_by_id))),
    }
    return sa.or_(
        col(Message.subject_kind) == "",
        *(
            (col(Message.subject_kind) == kind) & col(Message.subject_id).in_(numbers)
            for kind, numbers in theirs.items()
        ),
    )


def kind_word(kind: str) -> str:
    """What the message carries, in words."""
    words = {
        "reservation": _("Booking"),
        "counterparty": _("Counterparty"),
        "catalog": _("Catalogue from 1C"),
        "prices": _("Prices and states from 1C"),
        "vanished": _("Units gone from 1C"),
        "connection": _("State of the connection"),
        "reconciliation": _("Reconciliation"),
    }
    return words.get(kind, kind)


def state_word(state: MessageState) -> str:
    return {
        MessageState.QUEUED: _("in the queue"),
        MessageState.WORKING: _("on its way"),
        MessageState.DONE: _("delivered"),
        MessageState.DEAD: _("needs a person"),
        MessageState.DISMISSED: _("dismissed"),
    }[state]


def dead() -> sa.Select[Any]:
    """Messages that wait for a person."""
    return pick(col(Message.id)).where(col(Message.state) == MessageState.DEAD)


def last_heard(session: Session) -> datetime | None:
    """When 1C last answered or called, by any connection."""
    return session.execute(pick(sa.func.max(Connection.heard_at)).where(col(Connection.enabled))).scalar()


def _lines(session: Session, user: User, wanted: Wanted) -> list[Line]:
    narrowed = [
        *([col(Message.direction) == wanted.direction] if wanted.direction else []),
        *([col(Message.state) == wanted.state] if wanted.state else []),
        *([col(Message.kind) == wanted.kind] if wanted.kind else []),
        *([col(Message.id) < wanted.before] if wanted.before else []),
    ]
    rows: Any = (
        pick(
            Message.id, Connection.name, Message.direction, Message.kind, Message.subject_kind,
            Message.subject_id, Message.state, Message.attempts, Message.created_at, Message.due_at,
            Message.done_at, Message.error,
        )
        .join(Connection, col(Connection.id) == Message.connection_id)
        .where(seen_by(user), *narrowed)
        .order_by(col(Message.id).desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    return [Line(*row) for row in session.execute(rows)]


def _with_blocker(line: Line, blocker: int | None) -> Line:
    return Line(**{**line.__dict__, "waits_for": blocker}) if blocker else line


def _freshness(session: Session) -> list[Freshness]:
    rows = pick(
        Connection.name, Connection.kind, Connection.heard_at, Connection.paused_until, Connection.enabled
    ).order_by(col(Connection.id))
    return [Freshness(*row) for row in session.execute(rows)]


def last_about(session: Session, kind: str, number: int) -> Message | None:
    """The newest message about this record of ours."""
    about = select(Message).where(Message.subject_kind == kind, Message.subject_id == number)
    return session.exec(about.order_by(col(Message.id).desc()).limit(1)).first()
