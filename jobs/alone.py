"""One process at a time at something that takes long: PostgreSQL forgets the lock when its holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from jobs.work import engine


@contextmanager
def alone(at: int, number: int) -> Iterator[bool]:
    """False: somebody else is at it. The lock belongs to a connection, so no transaction is held open."""
    names = {"at": at, "number": number}
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = connection.execute(sa.text("select pg_try_advisory_lock(:at, :number)"), names).scalar_one()
        try:
            yield bool(mine)
        finally:
            with suppress(DBAPIError):  # the connection is gone, and the lock with it
                connection.execute(
                    sa.text("select pg_advisory_unlock(:at, :number) where :mine"), names | {"mine": mine}
                )
