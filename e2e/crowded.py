"""The demo world for those who look at every screen: full lists, long names, every state of things."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain import demo
from jobs import relay
from jobs.connections import connect
from jobs.migrating import migrate
from tests.fixtures import Database, in_use
from tests.servers import Databases


@pytest.fixture(scope="session")
def crowded_template(databases: Databases) -> Iterator[str]:
    """The name of a database with the demo world in it, notices and messages to 1C included; to be cloned."""
    with databases.new(label="crowded") as url:
        engine = connect(url)
        migrate(engine)
        with Session(engine, expire_on_commit=False) as session:
            demo.build(session, onec_url="http://127.0.0.1:9")
            _tell_everyone(session)
            session.commit()
        engine.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture(scope="module")
def crowded(databases: Databases, crowded_template: str) -> Iterator[Database]:
    """A clone of it for the tests of one file, which is the base of this process meanwhile."""
    with databases.new(crowded_template, "crowd") as url, in_use(url) as database:
        yield database


def _tell_everyone(session: Session) -> None:
    """What the relay does, in this one transaction: the base is not in use yet."""
    last = 0
    while waiting := relay.unrelayed(session, last):
        for event in waiting:
            relay.tell(session, event)
        last = waiting[-1].id
