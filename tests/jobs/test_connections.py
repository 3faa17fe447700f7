"""Connections that wait in the pool: a live one is used at once, a dead one never."""

import time

import psycopg
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


def prepared(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.text("select name from pg_prepared_statements")).scalars())


def test_what_was_prepared_is_still_there_after_a_rollback_and_one_of_a_savepoint(database):
    with work.engine().connect() as connection:
        for number in range(6):
            connection.execute(sa.text("select cast(:number as int) + 1"), {"number": number})
        (kept,) = prepared(connection)

        with connection.begin_nested() as savepoint:
            savepoint.rollback()
        connection.rollback()
        assert connection.execute(sa.text("select cast(:number as int) + 1"), {"number": 6}).scalar_one() == 7
        assert kept in prepared(connection)


def test_a_statement_that_is_kept_survives_a_change_of_its_table(database):
    with database.engine.connect() as owner, work.engine().connect() as connection:
        owner.execute(sa.text("create table passing as select 1 as one"))
        owner.execute(sa.text("grant select on passing to public"))
        owner.commit()
        asked = sa.text("select one from passing where one = :one")
        for _ in range(7):
            assert connection.execute(asked, {"one": 1}).scalar_one() == 1
        connection.rollback()
        owner.execute(sa.text("alter table passing add two int"))
        owner.execute(sa.text("alter table passing drop column two"))
        owner.commit()
        assert connection.execute(asked, {"one": 1}).scalar_one() == 1


def test_many_at_once_that_fail_leave_no_statement_behind(database):
    with work.engine().connect() as connection:
        raw = connection.connection.driver_connection
        before = prepared(connection)
        with pytest.raises(psycopg.errors.DivisionByZero):
            raw.cursor().executemany("select 1 / %s::int", [(0,)])
        connection.rollback()
        connection.execute(ME)
        assert prepared(connection) == before
