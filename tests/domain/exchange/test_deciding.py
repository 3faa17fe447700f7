"""A person decides about a message that was given up."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from domain.access import User
from domain.events import Event
from domain.exchange import claiming, deciding, messages
from domain.exchange.models import Connection, Message, MessageState
from domain.kernel import clock
from domain.kernel.errors import Refused


@pytest.fixture
def dead(session: Session, base: Connection) -> Message:
    message = messages.put(session, base.id, kind="reservation", key="booking:1", order_key="booking:1")
    message.state, message.error = MessageState.DEAD, "1С отказала"
    session.flush()
    return message


def test_a_retried_message_is_due_now_and_the_trace_says_who_asked(
    session: Session, dead: Message, olga: User
) -> None:
    dead.due_at = clock.now() + timedelta(days=1)

    deciding.retry(session, dead, by=olga)

    assert claiming.due(session, now=clock.now()) == [dead.id]
    trace = session.exec(select(Event).where(Event.name == "exchange.message_retried")).one()
    assert (trace.actor_id, trace.subject_id) == (olga.id, dead.id)


def test_one_waiting_for_its_next_try_may_be_hurried(session: Session, dead: Message, olga: User) -> None:
    dead.state, dead.due_at = MessageState.QUEUED, clock.now() + timedelta(minutes=30)
    session.flush()

    deciding.retry(session, dead, by=olga)

    assert claiming.due(session, now=clock.now()) == [dead.id]


def test_a_dismissed_message_lets_those_behind_it_go(
    session: Session, base: Connection, dead: Message, olga: User
) -> None:
    behind = messages.put(session, base.id, kind="reservation", key="booking:1:b", order_key="booking:1")

    deciding.dismiss(session, dead, by=olga)

    assert claiming.due(session, now=clock.now()) == [behind.id]
    assert (
        session.exec(select(Event.actor_id).where(Event.name == "exchange.message_dismissed")).one()
        == olga.id
    )


@pytest.mark.parametrize("state", [MessageState.DONE, MessageState.DISMISSED, MessageState.WORKING])
def test_there_is_nothing_to_decide_about_the_others(
    session: Session, dead: Message, olga: User, state: MessageState
) -> None:
    dead.state = state
    dead.lease_until = clock.now() if state is MessageState.WORKING else None
    session.flush()

    with pytest.raises(Refused):
        deciding.retry(session, dead, by=olga)
    with pytest.raises(Refused):
        deciding.dismiss(session, dead, by=olga)


def test_a_message_that_will_be_sent_by_itself_cannot_be_dismissed(
    session: Session, dead: Message, olga: User
) -> None:
    dead.state = MessageState.QUEUED
    session.flush()

    with pytest.raises(Refused):
        deciding.dismiss(session, dead, by=olga)
