"""The database is what the models say: nothing forgotten in the migrations, every closed list closed."""

import enum
import re
import threading

import pytest
import sqlalchemy as sa
from alembic import command

from domain import migrations
from domain.tables import metadata
from jobs import migrating
from tests.fixtures import Database

CLOSED_LISTS = [
    (table.name, column.name, column.type.enum_class)
    for table in metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]


NEVER_SEARCHED = {"event.actor_id", "comment.author_id", "attachment.sha256", "message.file_sha256"}
"""Read only together with their own row, as every `..._by_id` is."""


@pytest.mark.filterwarnings("ignore:Expression .* detected to include an operator clause")
def test_the_migrations_make_what_the_models_declare(engine: sa.Engine):
    with engine.connect() as connection:
        command.check(migrating.config(connection))


@pytest.mark.parametrize(("table", "column", "kind"), CLOSED_LISTS)
def test_a_closed_list_is_closed_in_the_database_too(
    engine: sa.Engine, table: str, column: str, kind: type[enum.Enum]
):
    definitions = sa.text(
        """select pg_get_constraintdef(oid) from pg_constraint
            where conrelid = cast(:table as regclass) and contype = 'c'"""
    )
    with engine.connect() as connection:
        checks = connection.execute(definitions, {"table": table}).scalars().all()

    of_column = [check for check in checks if re.search(rf"\({column}\)::text = ANY", check)]
    closed = [set(re.findall(r"'([^']*)'::", check)) for check in of_column]
    assert {member.value for member in kind} in closed, checks


def test_every_foreign_key_has_an_index_or_is_never_searched(engine: sa.Engine):
    """Without an index that begins with the column, coming from the other end reads the whole table."""
    missing = sa.text(
        """select conrelid::regclass || '.' || attname from pg_constraint
             join pg_attribute on attrelid = conrelid and attnum = conkey[1]
            where contype = 'f' and not exists (
                  select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])"""
    )
    with engine.connect() as connection:
        found = set(connection.execute(missing).scalars())

    assert {name for name in found if not name.endswith("_by_id")} <= NEVER_SEARCHED


def test_two_processes_that_migrate_at_once_take_turns(empty_database: Database):
    failures: list[BaseException] = []

    def migrate() -> None:
        try:
            migrating.migrate(empty_database.engine)
        except BaseException as failure:  # noqa: BLE001  told below, in the test's own thread
            failures.append(failure)

    both = [threading.Thread(target=migrate) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert failures == []
    with empty_database.engine.connect() as connection:
        assert migrating.current(connection) == migrating.head()


def test_a_database_from_the_future_is_not_touched(database: Database):
    with database.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = 'from_the_future'"))

    with pytest.raises(migrating.NewerThanCode):
        migrating.migrate(database.engine)


def test_the_newest_step_is_the_head_of_the_chain():
    assert migrations.newest() == migrating.head()
