"""Time: aware, UTC inside, the person's zone only on the screen."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlmodel import Session


def now() -> datetime:
    """The present moment, for edges that pass it into rules as `now=`."""
    return datetime.now(UTC)


def after_waiting(session: Session) -> datetime:
    """The present moment by the database's own clock.

    Inside a transaction that waited for a lock, `now()` and a moment taken before
    the wait are old; rules about terms must not be.
    """
    return session.execute(select(func.clock_timestamp())).scalar_one()
