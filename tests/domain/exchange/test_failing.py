"""What becomes of a message that did not come through."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from domain.events import Event
from domain.exchange import circuit, claiming, failing, messages
from domain.exchange.failures import (
    Broken,
    Crashed,
    Denied,
    Failure,
    Maintenance,
    NotYet,
    Rejected,
    Unreachable,
    WrongPassword,
)
from domain.exchange.messages import Errand
from domain.exchange.models import Connection, Message, MessageState

NOW = datetime(2040, 1, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def message(session: Session, base: Connection) -> Message:
    base.heard_at = NOW - timedelta(seconds=1)
    return messages.put(session, base.id, kind="reservation", key="booking:1")


def claim(session: Session, message: Message, now: datetime = NOW) -> Errand:
    errand = claiming.claim(session, message.id, now=now)
    assert errand
    return errand


def fail(session: Session, message: Message, failure: Failure, now: datetime = NOW) -> None:
    failing.fail(session, claim(session, message, now), failure, now=now)
    session.refresh(message)


@pytest.mark.parametrize("failure", [Unreachable, NotYet, Crashed, Broken])
def test_what_may_pass_is_tried_later_and_says_why(
    session: Session, message: Message, failure: type[Failure]
) -> None:
    fail(session, message, failure("1С не отвечает"))

    assert (message.state, message.error, message.lease_until) == (
        MessageState.QUEUED,
        "1С не отвечает",
        None,
    )
    assert NOW + timedelta(seconds=1) < message.due_at < NOW + timedelta(seconds=3)


def test_tries_become_rarer_but_never_rarer_than_half_an_hour_or_so(
    session: Session, message: Message
) -> None:
    message.attempts = 8
    session.flush()
    fail(session, message, Unreachable("занято"))
    assert timedelta(minutes=6) < message.due_at - NOW < timedelta(minutes=11)

    message.attempts, message.due_at = 12, NOW
    session.flush()
    fail(session, message, Unreachable("занято"))
    assert timedelta(minutes=22) < message.due_at - NOW < timedelta(minutes=38)


@pytest.mark.parametrize("failure", [Unreachable, NotYet, Crashed, Broken])
def test_it_is_not_tried_for_ever(session: Session, message: Message, failure: type[Failure]) -> None:
    message.attempts = failure.tries - 1
    session.flush()

    fail(session, message, failure("никак"))

    assert message.state is MessageState.DEAD


@pytest.mark.parametrize("failure", [Rejected, Denied])
def test_a_refusal_is_for_a_person_at_once_and_leaves_an_event(
    session: Session, message: Message, failure: type[Failure]
) -> None:
    fail(session, message, failure("Помещение уже забронировано"))

    assert (message.state, message.error) == (MessageState.DEAD, "Помещение уже забронировано")
    told = session.exec(select(Event).where(Event.name == "exchange.message_dead")).one()
    assert (told.subject_id, told.topics) == (message.id, ["exchange"])


@pytest.mark.parametrize("failure", [Maintenance, WrongPassword])
def test_a_closed_base_pauses_for_all_and_blames_no_message(
    session: Session, base: Connection, message: Message, failure: type[Failure]
) -> None:
    other = messages.put(session, base.id, kind="reservation", key="booking:2")

    fail(session, message, failure("Ведутся технические работы"))

    session.refresh(base)
    assert base.paused_until == NOW + circuit.SHORTEST
    assert (message.state, message.attempts, message.due_at) == (MessageState.QUEUED, 0, NOW)
    assert claiming.claim(session, other.id, now=NOW) is None
    assert claiming.claim(session, other.id, now=NOW + circuit.SHORTEST)


@pytest.mark.parametrize(("silent_minutes", "pause_seconds"), [(0, 5), (1, 30), (2, 60), (600, 60)])
def test_the_pause_grows_with_the_silence_up_to_a_minute(
    session: Session, base: Connection, message: Message, silent_minutes: int, pause_seconds: int
) -> None:
    base.heard_at = NOW - timedelta(minutes=silent_minutes)
    session.flush()

    fail(session, message, Maintenance("закрыто"))

    session.refresh(base)
    assert base.paused_until == NOW + timedelta(seconds=pause_seconds)


def test_a_base_that_nobody_hears_pauses_however_many_messages_there_are(
    session: Session, base: Connection, message: Message
) -> None:
    base.heard_at = NOW - timedelta(seconds=9)
    message.attempts = 100
    session.flush()

    fail(session, message, Unreachable("1С не отвечает"))

    session.refresh(base)
    assert base.paused_until and base.paused_until > NOW
    assert (message.state, message.attempts) == (MessageState.QUEUED, 100)


def test_when_it_is_heard_again_everything_that_waited_goes_at_once(
    session: Session, base: Connection, message: Message
) -> None:
    waiting = messages.put(session, base.id, kind="reservation", key="booking:2")
    waiting.due_at, base.paused_until = NOW + timedelta(minutes=20), NOW - timedelta(seconds=1)
    session.flush()

    messages.done(session, claim(session, message), {}, now=NOW)

    session.refresh(base)
    session.refresh(waiting)
    assert (base.paused_until, base.heard_at, waiting.due_at) == (None, NOW, NOW)


def test_the_sentence_is_cut_to_what_fits(session: Session, message: Message) -> None:
    fail(session, message, Rejected("я" * 5000))

    assert len(message.error) == 2000
