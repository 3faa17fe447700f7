"""Connections that wait in the pool: a live one is used at once, a dead one never."""

import time

import pytest
import sqlalchemy as sa

from jobs import connections, work

ME = sa.text("select pg_backend_pid()")
THERE = sa.text("select count(*) from pg_stat_activity where pid = :pid")


def backend() -> int:
    with work.glance() as session:
        return int(session.execute(ME).scalar_one())


@pytest.fixture
def questions(database, monkeypatch):
    """How many times a connection was asked whether it is there."""
    asked, ping = [], database.engine.dialect.do_ping
    dialect = work.engine().dialect
    monkeypatch.setattr(dialect, "do_ping", lambda connection: asked.append(1) or ping(connection))
    return asked


def test_a_connection_that_came_back_a_moment_ago_is_used_without_a_question(questions):
    assert backend() == backend() and questions == []


def test_one_that_the_server_hung_up_on_is_replaced_before_it_is_used(database, questions):
    gone = backend()
    with database.engine.connect() as owner:
        owner.execute(sa.text("select pg_terminate_backend(:pid)"), {"pid": gone})
        while owner.execute(THERE, {"pid": gone}).scalar_one():
            time.sleep(0.01)
            owner.rollback()

    assert backend() != gone and questions


def test_after_a_long_silence_it_is_asked(questions, monkeypatch):
    first = backend()
    monkeypatch.setattr(connections, "QUIET_SECONDS", 0)

    assert backend() == first and questions == [1]
