"""Bringing the database up to the code, one process at a time."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import domain
from jobs import privileges

LOCK = 0x6B61726B
"""Advisory lock: two servers starting at once migrate in turn."""


class NewerThanCode(Exception):
    """The database was migrated by a later version of Karkas."""


def config(connection: sa.Connection | None = None) -> Config:
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(domain.__file__).parent / "migrations"))
    alembic.attributes["connection"] = connection
    return alembic


def head() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()


def current(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str | None) -> bool:
    """Whether this code can start from there; an empty database (None) is the usual beginning."""
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    return revision is None or revision in known


def _wait_for_turn(connection: sa.Connection) -> None:
    """As long as the other one takes: the usual limits of waiting are for rows."""
    for limit in ("lock_timeout", "statement_timeout"):
        connection.execute(sa.text(f"set {limit} = 0"))
    connection.execute(sa.text("select pg_advisory_lock(:key)"), {"key": LOCK})
    for limit in ("lock_timeout", "statement_timeout"):
        connection.execute(sa.text(f"reset {limit}"))


def migrate(engine: sa.Engine) -> None:
    """Upgrade to the head. Raises NewerThanCode when the database knows a revision we do not."""
    with engine.connect() as connection:
        _wait_for_turn(connection)
        try:
            revision = current(connection)
            if not is_known(revision):
                raise NewerThanCode(revision)
            command.upgrade(config(connection), "head")
            privileges.grant(connection)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()
