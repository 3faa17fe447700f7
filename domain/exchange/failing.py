"""What becomes of a message that did not come through: a later try, a pause for all, or a person."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.events import names
from domain.exchange import circuit, messages
from domain.exchange.failures import Failure, Unreachable
from domain.exchange.messages import TOPIC, Errand
from domain.exchange.models import Connection, Message, MessageState

FIRST_DELAY, LONGEST_DELAY = 1, 30 * 60
"""Seconds: 2, 4, 8 … up to half an hour, each a quarter shorter or longer by chance."""


def fail(session: Session, errand: Errand, failure: Failure, *, now: datetime) -> None:
    connection = session.get_one(Connection, errand.connection_id, with_for_update={"key_share": True})
    if stops(failure, connection, now):
        circuit.pause(session, connection, now=now)
        uncounted = Message.attempts - 1
        messages.release(
            session, errand, state=MessageState.QUEUED, due_at=now, error=failure.sentence, attempts=uncounted
        )
    elif errand.attempts < failure.tries:
        later = now + _delay()
        messages.release(session, errand, state=MessageState.QUEUED, due_at=later, error=failure.sentence)
    else:
        _give_up(session, errand, failure, now)


def refuse(session: Session, message: Message, sentence: str) -> None:
    """Nobody needs to carry it: it was seen at once that it cannot be taken."""
    message.state, message.error = MessageState.DEAD, sentence[:2000]
    _tell(session, message)


def stops(failure: Failure, connection: Connection, now: datetime) -> bool:
    """Nobody would fare better now; or 1C has been silent to everybody."""
    return failure.stops_connection or (
        isinstance(failure, Unreachable) and circuit.is_silent(connection, now)
    )


def _delay() -> sa.ColumnElement[object]:
    doubled = sa.func.least(
        FIRST_DELAY * sa.func.power(2, sa.func.least(col(Message.attempts), 20)), LONGEST_DELAY
    )
    by_chance = 0.75 + sa.func.random() / 2
    return sa.func.make_interval(0, 0, 0, 0, 0, 0, doubled * by_chance)


def _give_up(session: Session, errand: Errand, failure: Failure, now: datetime) -> None:
    messages.release(session, errand, state=MessageState.DEAD, due_at=now, error=failure.sentence)
    _tell(session, session.get_one(Message, errand.message_id, populate_existing=True))


def _tell(session: Session, message: Message) -> None:
    events.record(
        session, names.MESSAGE_DEAD, message, by=None, topics=(TOPIC,),
        kind=message.kind, subject_kind=message.subject_kind, subject_id=message.subject_id,
        error=message.error,
    )  # fmt: skip
