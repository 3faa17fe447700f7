"""What a request wrote: every statement that changes something, and those sent where writing is possible."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

CHANGING = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|pg_notify)\b", re.IGNORECASE)
LOCKING = re.compile(r"\bFOR (NO KEY )?UPDATE\b")
TOUCH = "UPDATE user_session SET seen_at="
"""That a session was seen, once a minute, by the door and outside of any transaction."""


@dataclass
class Seen:
    statements: int = 0
    writes: list[str] = field(default_factory=list)
    unguarded: list[str] = field(default_factory=list)
    """Sent in a transaction that could write."""


@contextmanager
def watched() -> Iterator[Seen]:
    """Every statement of this process while it lasts."""
    seen = Seen()

    def notice(connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        seen.statements += 1
        if statement.startswith(TOUCH):
            return
        if CHANGING.search(LOCKING.sub("", statement)):
            seen.writes.append(statement)
        driver = connection.connection.dbapi_connection
        if not (driver.read_only or driver.autocommit):
            seen.unguarded.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", notice)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", notice)
