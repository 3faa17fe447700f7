"""Who may carry a message: one at a time, in the order of its object, for the time of a lease."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from domain.exchange import claiming, messages
from domain.exchange.claiming import AT_ONCE
from domain.exchange.messages import LEASE, LeaseLost
from domain.exchange.models import Connection, Message, MessageState

NOW = datetime(2040, 1, 10, 12, 0, tzinfo=UTC)
"""Later than the moment of insertion that a message is due at."""


def put(session: Session, base: Connection, key: str, **more: Any) -> Message:
    return messages.put(session, base.id, kind="reservation", key=key, **more)


def finish(session: Session, message: Message) -> None:
    errand = claiming.claim(session, message.id, now=NOW)
    assert errand is not None
    messages.done(session, errand, {}, now=NOW)


def test_the_same_key_is_queued_once(session: Session, base: Connection) -> None:
    assert put(session, base, "booking:1") is put(session, base, "booking:1")


def test_the_same_key_in_another_base_is_another_message(session: Session, base: Connection) -> None:
    other = Connection(name="1С филиала", kind=base.kind)
    session.add(other)
    session.flush()

    assert put(session, base, "booking:1").id != put(session, other, "booking:1").id


def test_a_claimed_message_is_nobody_elses_until_the_lease_runs_out(
    session: Session, base: Connection
) -> None:
    message = put(session, base, "booking:1")

    first = claiming.claim(session, message.id, now=NOW)
    meanwhile = claiming.claim(session, message.id, now=NOW + LEASE)
    after = claiming.claim(session, message.id, now=NOW + LEASE + timedelta(seconds=1))

    assert first and first.attempts == 1
    assert meanwhile is None
    assert after and after.attempts == 2


def test_a_lease_that_is_kept_does_not_run_out(session: Session, base: Connection) -> None:
    message = put(session, base, "booking:1")
    errand = claiming.claim(session, message.id, now=NOW)
    assert errand

    messages.keep(session, errand, now=NOW + LEASE)

    assert claiming.claim(session, message.id, now=NOW + LEASE + timedelta(seconds=1)) is None


def test_one_who_lost_the_lease_can_write_nothing_down(session: Session, base: Connection) -> None:
    message = put(session, base, "booking:1")
    slow = claiming.claim(session, message.id, now=NOW)
    assert slow
    claiming.claim(session, message.id, now=NOW + LEASE * 2)

    with pytest.raises(LeaseLost):
        messages.done(session, slow, {"number": "1"}, now=NOW + LEASE * 2)
    with pytest.raises(LeaseLost):
        messages.note(session, slow, step="created")


def test_a_message_done_is_not_carried_again(session: Session, base: Connection) -> None:
    message = put(session, base, "booking:1")
    finish(session, message)

    assert claiming.claim(session, message.id, now=NOW + LEASE * 2) is None


def test_the_report_gathers_what_was_noted_on_the_way(session: Session, base: Connection) -> None:
    message = put(session, base, "booking:1")
    errand = claiming.claim(session, message.id, now=NOW)
    assert errand

    messages.note(session, errand, step="created", number="КД-1")
    messages.done(session, errand, {"step": "posted"}, now=NOW)

    session.refresh(message)
    assert message.report == {"step": "posted", "number": "КД-1"}
    assert (message.state, message.done_at, message.lease_until) == (MessageState.DONE, NOW, None)


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.DEAD])
def test_a_later_message_waits_for_the_earlier_one_about_the_same_thing(
    session: Session, base: Connection, state: MessageState
) -> None:
    earlier = put(session, base, "booking:1:booked", order_key="booking:1")
    later = put(session, base, "booking:1:cancelled", order_key="booking:1")
    earlier.state = state
    session.flush()

    assert claiming.claim(session, later.id, now=NOW) is None
    assert claiming.blockers(session, [earlier.id, later.id]) == {later.id: earlier.id}
    assert later.id not in claiming.due(session, now=NOW)


@pytest.mark.parametrize("state", [MessageState.DONE, MessageState.DISMISSED])
def test_it_goes_when_the_earlier_one_is_through_or_not_needed(
    session: Session, base: Connection, state: MessageState
) -> None:
    earlier = put(session, base, "booking:1:booked", order_key="booking:1")
    later = put(session, base, "booking:1:cancelled", order_key="booking:1")
    earlier.state = state
    session.flush()

    assert claiming.due(session, now=NOW) == [later.id]
    assert claiming.claim(session, later.id, now=NOW)


def test_messages_about_different_things_do_not_wait_for_each_other(
    session: Session, base: Connection
) -> None:
    put(session, base, "booking:1", order_key="booking:1")
    other = put(session, base, "booking:2", order_key="booking:2")
    orderless = put(session, base, "anything")

    assert claiming.claim(session, other.id, now=NOW)
    assert claiming.claim(session, orderless.id, now=NOW)


def test_a_base_is_not_asked_more_than_a_few_things_at_once(session: Session, base: Connection) -> None:
    queued = [put(session, base, f"booking:{number}") for number in range(AT_ONCE + 2)]

    taken = [claiming.claim(session, message.id, now=NOW) for message in queued]

    assert sum(errand is not None for errand in taken) == AT_ONCE


def test_the_sweeper_is_given_a_few_of_each_base_the_oldest_first(session: Session, base: Connection) -> None:
    queued = [put(session, base, f"booking:{number}") for number in range(AT_ONCE + 2)]
    queued[-1].due_at = queued[0].due_at - timedelta(hours=1)
    session.flush()

    assert claiming.due(session, now=NOW) == [queued[-1].id, *(each.id for each in queued[: AT_ONCE - 1])]


def test_nothing_is_due_before_its_time(session: Session, base: Connection) -> None:
    put(session, base, "booking:1").due_at = NOW + timedelta(seconds=1)
    session.flush()

    assert claiming.due(session, now=NOW) == []
    assert len(claiming.due(session, now=NOW + timedelta(seconds=1))) == 1


@pytest.mark.parametrize(
    "closed", [{"enabled": False}, {"paused_until": NOW + timedelta(seconds=1)}], ids=["disabled", "paused"]
)
def test_a_base_that_is_not_to_be_spoken_to_keeps_its_messages(
    session: Session, base: Connection, closed: dict[str, Any]
) -> None:
    message = put(session, base, "booking:1")
    for name, value in closed.items():
        setattr(base, name, value)
    session.flush()

    assert claiming.due(session, now=NOW) == []
    assert claiming.claim(session, message.id, now=NOW) is None
