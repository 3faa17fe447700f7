"""Connections to PostgreSQL: how many, under which limits, and whether an idle one is still there."""

import select
import time
from typing import Any

import sqlalchemy as sa
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


def connect(url: str, **options: object) -> sa.Engine:
    plain = url.replace("postgres://", "postgresql://", 1).replace(
        "postgresql://", "postgresql+psycopg://", 1
    )
    address = sa.make_url(plain)
    defaults: dict[str, object] = {"pool_size": POOL_SIZE, "max_overflow": 4, "pool_timeout": 3}
    made = sa.create_engine(
        address,
        pool_recycle=1800,
        connect_args={"connect_timeout": 3, "options": f"{OPTIONS} {address.query.get('options', '')}"},
        **(defaults | options),
    )
    event.listen(made, "checkin", _came_back)
    event.listen(made, "checkout", lambda connection, record, _fairy: _still_there(made, connection, record))
    return made


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
