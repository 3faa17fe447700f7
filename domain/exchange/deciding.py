"""A person decides about a message that could not be carried: once more, or never mind."""

from datetime import datetime

from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.events import names
from domain.exchange.messages import TOPIC
from domain.exchange.models import Message, MessageState
from domain.kernel import clock
from domain.kernel.errors import Refused
from domain.kernel.text import _


def retry(session: Session, message: Message, *, by: User, now: datetime | None = None) -> None:
    """Send it again now: a dead one from the start, a waiting one without waiting."""
    _demand(session, message, MessageState.DEAD, MessageState.QUEUED)
    message.state = MessageState.QUEUED
    message.due_at = now or clock.now()
    _record(session, names.MESSAGE_RETRIED, message, by)


def dismiss(session: Session, message: Message, *, by: User, now: datetime | None = None) -> None:
    """It need not be done any more; what waited behind it goes on."""
    _demand(session, message, MessageState.DEAD)
    message.state = MessageState.DISMISSED
    message.done_at = now or clock.now()
    _record(session, names.MESSAGE_DISMISSED, message, by)


def _demand(session: Session, message: Message, *states: MessageState) -> None:
    session.refresh(message, with_for_update=True)
    if message.state not in states:
        raise Refused(NOT_NOW[message.state]())


def _record(session: Session, name: str, message: Message, by: User) -> None:
    session.add(message)
    events.record(
        session, name, message, by=by, topics=(TOPIC,), kind=message.kind, subject_kind=message.subject_kind
    )


NOT_NOW = {
    MessageState.QUEUED: lambda: _("The message has not been given up: it will be sent again by itself"),
    MessageState.WORKING: lambda: _("The message is being sent right now"),
    MessageState.DONE: lambda: _("The message has already come through"),
    MessageState.DEAD: lambda: _("The message was given up meanwhile"),
    MessageState.DISMISSED: lambda: _("Somebody has already decided that this message is not needed"),
}
