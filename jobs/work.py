"""The unit of work: one transaction for a request or a job, and what leaves after it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, lru_cache

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

import domain.wiring  # noqa: F401  every mapper and rule must be known before the first query
from domain.estate.pricing.models import CARRIED, PriceList
from domain.events import Event
from domain.exchange.models import Message, MessageState
from domain.kernel.settings import settings
from jobs import queue
from jobs.connections import connect


@cache
def engine() -> sa.Engine:
    """This process's pool, made on first use (a forked worker must not inherit connections)."""
    return connect(settings().database_url)


@lru_cache(maxsize=2)
def _one_view(engine: sa.Engine) -> sa.Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@lru_cache(maxsize=2)
def _statement_by_statement(engine: sa.Engine) -> sa.Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def unit_of_work(*, read_only: bool = False) -> Iterator[Session]:
    """One session, one transaction, one commit, then the wake-ups of what was recorded.

    A crash between the commit and the wake-ups loses nothing: the rows are in the table
    and the sweeper finds them. A read-only unit cannot write: the database refuses.
    """
    with begin(read_only=read_only) as session:
        yield session
        session.commit()
    wake(session)


def begin(*, read_only: bool = False) -> Session:
    """A session that has asked nothing yet and holds no connection until it does.

    One that only reads sees all of it at one moment: the horizon of a page belongs to the rows it shows.
    """
    bind = _one_view(engine()) if read_only else engine()
    return Session(bind, expire_on_commit=False)


def settle(session: Session, *, keep: bool) -> None:
    """The end of a request's unit of work: everything of it is committed, or nothing."""
    with session:
        if keep:
            session.commit()
    if keep:
        wake(session)


@contextmanager
def glance() -> Iterator[Session]:
    """A session whose every statement stands alone: for a single read, or a touch that guards nothing."""
    with Session(_statement_by_statement(engine()), expire_on_commit=False) as session:
        yield session


def look() -> AbstractContextManager[sa.Connection]:
    """A glance past the mapper: a connection whose every statement stands alone."""
    return _statement_by_statement(engine()).connect()


def wake(session: Session) -> None:
    """Tell the workers about rows this session committed."""
    if session.info.pop("something happened", False):
        queue.enqueue("relay")
    for message in session.info.pop("born", []):
        queue.enqueue("deliver", message.id)
    for list_id in session.info.pop("begun", set()):
        queue.enqueue("carry_price_list", list_id)


@event.listens_for(Session, "after_flush")
def _remember(session: Session, _context: object) -> None:
    """Of events only that there were some: an import writes thousands, and one wake-up is enough."""
    happened = any(isinstance(row, Event) for row in session.new)
    session.info["something happened"] = happened or session.info.get("something happened", False)
    news = [row for row in session.new if isinstance(row, Message)]
    requeued = [row for row in session.dirty if isinstance(row, Message) and row.state is MessageState.QUEUED]
    session.info.setdefault("born", []).extend(news + requeued)
    begun = {row.id for row in session.dirty if isinstance(row, PriceList) and row.state in CARRIED}
    session.info.setdefault("begun", set()).update(begun)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("born", None)
    session.info.pop("begun", None)
    session.info.pop("something happened", None)
