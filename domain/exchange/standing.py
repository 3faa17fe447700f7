"""Messages that stand for a state of a connection rather than for something carried: one of a kind each."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from domain import events
from domain.events import names
from domain.exchange import messages
from domain.exchange.messages import TOPIC
from domain.exchange.models import Direction, Message, MessageState

CONNECTION = "connection"
"""Does the base publish what the mapping names, and does it let us in."""
RECONCILIATION = "reconciliation"
"""What of the two sides does not agree and waits for a person."""


def standing(session: Session, connection_id: int, kind: str) -> Message:
    """Locked."""
    message = messages.put(session, connection_id, kind=kind, key=kind, direction=Direction.IN)
    session.refresh(message, with_for_update=True)
    return message


def tell(session: Session, connection_id: int, kind: str, report: dict[str, Any], *, now: datetime) -> None:
    """Keep the newest report; a repeated one disturbs nobody."""
    message = standing(session, connection_id, kind)
    told = events.plain(report)
    if (message.state, message.report) != (MessageState.DONE, told):
        message.state, message.report, message.error, message.done_at = MessageState.DONE, told, "", now
        events.announce(session, TOPIC)


def alarm(session: Session, connection_id: int, kind: str, sentence: str) -> None:
    """It takes a person; said once as long as it stays the same, also after he has put it aside."""
    message = standing(session, connection_id, kind)
    told = message.state in (MessageState.DEAD, MessageState.DISMISSED) and message.error == sentence
    if told or message.state is MessageState.WORKING:
        return
    message.state, message.error = MessageState.DEAD, sentence
    events.record(
        session, names.MESSAGE_DEAD, message, by=None, topics=(TOPIC,),
        kind=kind, subject_kind="", subject_id=None, error=sentence,
    )  # fmt: skip
