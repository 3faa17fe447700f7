"""The demo world for those who look at every screen: full lists, long names, every state of things."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from domain import demo
from jobs import relay, work
from jobs.migrating import migrate
from tests.fixtures import Database, in_use
from tests.servers import Databases


@contextmanager
def crowded_database(databases: Databases) -> Iterator[Database]:
    """A base of its own with the demo world in it, notices and messages to 1C included."""
    with databases.new(label="crowded") as url:
        engine = work.connect(url)
        migrate(engine)
        with Session(engine, expire_on_commit=False) as session:
            demo.build(session, onec_url="http://127.0.0.1:9")
            session.commit()
        engine.dispose()
        with in_use(url) as database:
            relay.relay.fn()
            yield database
