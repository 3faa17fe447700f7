"""Whether a base lets us in and has what we name: told in words, and healed by itself."""

from datetime import timedelta
from typing import Any

from domain.access import User
from domain.exchange import deciding
from domain.exchange.models import Connection, Message, MessageState
from domain.kernel import clock
from jobs.work import unit_of_work
from tests.jobs.conftest import drain, look, told
from tests.onec_demo.conftest import OneC


def unpause(connection: Connection) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, connection.id).paused_until = None


def state_of_connection() -> tuple[MessageState, str]:
    (message,) = told("connection")
    return message.state, message.error


def test_a_wrong_password_is_told_and_heals(matched: Connection, base_1c: OneC, monkeypatch: Any) -> None:
    base_1c.fault("unauthorized")
    look(matched)
    state, error = state_of_connection()
    assert (state, bool(error)) == (MessageState.DEAD, True)

    with unit_of_work() as session:
        session.get_one(Connection, matched.id).paused_until = None
    look(matched)
    drain()

    assert state_of_connection() == (MessageState.DONE, "")


def test_a_base_that_stumbles_for_a_moment_alarms_nobody_and_one_that_is_gone_does(
    matched: Connection, base_1c: OneC
) -> None:
    base_1c.fault("drop_before", times=2)
    look(matched)
    assert state_of_connection()[0] is MessageState.DONE

    with unit_of_work() as session:
        connection = session.get_one(Connection, matched.id)
        connection.heard_at = clock.now() - timedelta(minutes=2)
        connection.paused_until = None
    look(matched)

    assert state_of_connection()[0] is MessageState.DEAD


def test_an_alarm_put_aside_is_not_raised_again_until_it_is_another(
    matched: Connection, base_1c: OneC, olga: User
) -> None:
    base_1c.switch(html_login_page_200=True)
    look(matched)
    (alarm,) = told("connection")
    with unit_of_work() as session:
        deciding.dismiss(session, session.get_one(Message, alarm.id), by=olga)
    unpause(matched)

    look(matched)
    assert state_of_connection()[0] is MessageState.DISMISSED

    base_1c.switch(html_login_page_200=False, maintenance_403=True)
    unpause(matched)
    look(matched)
    assert state_of_connection()[0] is MessageState.DEAD


def test_a_lost_publication_is_told_in_words_and_heals(matched: Connection, base_1c: OneC) -> None:
    base_1c.switch(lost_publication=True)
    look(matched)
    drain()
    state, _error = state_of_connection()
    assert state is MessageState.DEAD
    look(matched)
    assert [message.state for message in told("connection")] == [MessageState.DEAD]

    base_1c.switch(lost_publication=False)
    look(matched)
    drain()

    assert state_of_connection() == (MessageState.DONE, "")


def test_a_name_the_base_does_not_have_is_told(connection: Connection, base_1c: OneC) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, connection.id).mapping = {"units": {"finish": "x"}}
    look(connection)
    assert state_of_connection()[0] is MessageState.DEAD

    with unit_of_work() as session:
        session.get_one(Connection, connection.id).mapping = {"reservations": {"comment": "Примечание"}}
    look(connection)
    drain()

    state, error = state_of_connection()
    assert state is MessageState.DEAD
    assert "Примечание" in error
