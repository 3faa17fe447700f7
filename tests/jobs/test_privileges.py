"""The role of the application: given wherever it can be, taken by whoever may."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain.tables import metadata
from jobs import privileges
from jobs.connections import connect
from jobs.migrating import migrate
from tests.fixtures import Database
from tests.servers import Databases

MAY = sa.text("select has_table_privilege(:table, :verb)")


@pytest.mark.parametrize("table", [table.name for table in metadata.sorted_tables])
def test_the_application_may_do_everything_but_change_history(session: Session, table: str) -> None:
    """Also with tables of migrations to come: what is granted is granted to all of them."""
    allowed = {
        verb
        for verb in ("select", "insert", "update", "delete", "truncate")
        if session.execute(MAY, {"table": table, "verb": verb}).scalar_one()
    }

    wanted = {"event": {"select"}, "event_seal": {"select", "insert"}}
    assert allowed == wanted.get(table, {"select", "insert", "update", "delete"})


def test_an_owner_takes_the_role_by_himself(database: Database) -> None:
    with psycopg.connect(privileges.narrowed(database.url)) as connection:
        row = connection.execute("select current_user, session_user").fetchone()

    assert row is not None
    assert row[0] == privileges.ROLE


def test_a_pool_in_the_role_keeps_its_time_limits(database: Database) -> None:
    engine = connect(privileges.narrowed(database.url))
    with engine.connect() as connection:
        found = connection.execute(sa.text("select current_user, current_setting('statement_timeout')")).one()
    engine.dispose()

    assert tuple(found) == (privileges.ROLE, "30s")


def test_an_owner_who_may_make_no_roles_migrates_and_goes_on_as_he_is(
    empty_database: Database, databases: Databases
) -> None:
    with empty_database.engine.begin() as owner:
        name = owner.engine.url.database
        owner.execute(sa.text("create role plain_owner login"))
        owner.execute(sa.text(f'alter database "{name}" owner to plain_owner'))
    url = sa.make_url(empty_database.url).set(username="plain_owner").render_as_string(hide_password=False)
    engine = connect(url)
    try:
        migrate(engine)
        assert privileges.narrowed(url) == url
    finally:
        engine.dispose()
        with empty_database.engine.begin() as owner:
            owner.execute(sa.text("drop owned by plain_owner cascade"))
            owner.execute(sa.text(f'alter database "{name}" owner to current_user'))
            owner.execute(sa.text("drop role plain_owner"))
