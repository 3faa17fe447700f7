"""Connections to PostgreSQL: how many, under which limits, what they remember, whether one is still there."""

import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg._preparing import Prepare, PrepareManager
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

POOL_SIZE = 8
"""Per process. Processes × pool must stay under the server's max_connections (100)."""

OPTIONS = (
    "-c statement_timeout=30000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000 "
    "-c timezone=UTC -c jit=off"
)

QUIET_SECONDS = 30
"""A connection that came back longer ago than this is asked whether it is still there."""
PREPARED = 300
"""Statements a connection keeps planned; the panel of one unit asks about twenty-five."""


class Prepared(PrepareManager):
    """Prepared statements that outlive a rollback, as they do in the server.

    psycopg forgets all of them at each one, of a savepoint too, lest a table made in it be gone: every answer
    of 4xx would have the connection plan everything anew. Ours are made by migrations only, and PostgreSQL
    itself plans anew what those have changed.
    """

    prepared_max = PREPARED

    def clear(self) -> bool:
        return False

    def validate(self, key: Any, prep: Any, name: bytes, results: Any) -> None:
        """One that was prepared and failed at once is not kept here: nor may it be there."""
        super().validate(key, prep, name, results)
        if prep is Prepare.SHOULD and key not in self._names:
            self._to_flush.append(name)


class Columns(Sequence[Any]):
    """What the rows of a cursor consist of, each column told when it is asked for."""

    def __init__(self, cursor: "Cursor", width: int) -> None:
        self.cursor = cursor
        self.width = width

    def __len__(self) -> int:
        return self.width

    def __getitem__(self, index: Any) -> Any:
        return [psycopg.Column(self.cursor, place) for place in range(self.width)][index]


class Cursor(psycopg.Cursor[Any]):
    """SQLAlchemy reads the columns of a statement once, and psycopg described them at every asking."""

    @property
    def description(self) -> Any:
        width = self.pgresult.nfields if self.pgresult else 0
        return Columns(self, width) if width else super().description


def connect(url: str, **options: object) -> sa.Engine:
    plain = url.replace("postgres://", "postgresql://", 1).replace(
        "postgresql://", "postgresql+psycopg://", 1
    )
    address = sa.make_url(plain)
    defaults: dict[str, object] = {"pool_size": POOL_SIZE, "max_overflow": 4, "pool_timeout": 3}
    made = sa.create_engine(
        address,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args={
            "connect_timeout": 3,
            "options": f"{OPTIONS} {address.query.get('options', '')}",
            "cursor_factory": Cursor,
        },
        **(defaults | options),
    )
    event.listen(made, "connect", _remember)
    event.listen(made, "checkin", _came_back)
    event.listen(made, "checkout", lambda connection, record, _fairy: _still_there(made, connection, record))
    return made


def _remember(connection: Any, _record: Any) -> None:
    connection._prepared = Prepared()  # noqa: SLF001  psycopg has no setting for it


def _came_back(_connection: Any, record: Any) -> None:
    record.info["came back"] = time.monotonic()


def _still_there(engine: sa.Engine, connection: Any, record: Any) -> None:
    """In place of `pool_pre_ping`, which puts a question before each of ours.

    A server that went away says so or hangs up, and either lies in the socket of an idle connection. Then,
    and after a long silence, it is asked; one that is gone takes with it all that are as old.
    """
    came_back = record.info.get("came back")
    if came_back is None:
        return
    said = select.poll()
    said.register(connection, select.POLLIN)
    if time.monotonic() - came_back < QUIET_SECONDS and not said.poll(0):
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone
