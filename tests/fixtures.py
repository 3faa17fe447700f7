"""What tests stand on: real PostgreSQL and Valkey, a migrated and peopled template, clones of it.

`session` is rolled back; tests that need real commits (web, jobs, live updates) take `database`,
and then `session` is an ordinary session on that database.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from sqlmodel import Session

from tests import servers

RUN_FOLDER = servers.run_folder()
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")
NOWHERE = "postgresql:///none?host=/there-is-no-database-unless-asked-for"
os.environ |= {
    "KARKAS_HOME": str(RUN_FOLDER / "home"),
    "KARKAS_SECRET": "a secret of the tests, forty letters long",
    "KARKAS_DEMO": "0",
    "KARKAS_TZ": "Europe/Moscow",
    "KARKAS_LOCALE": "ru",
    "DATABASE_URL": NOWHERE,
    "DATABASE_OWNER_URL": NOWHERE,
    "REDIS_URL": servers.redis_url(RUN_FOLDER),
}

from domain.kernel.settings import settings  # noqa: E402  reads the environment above
from jobs import work  # noqa: E402
from jobs.connections import connect  # noqa: E402
from jobs.migrating import migrate  # noqa: E402
from tests.world import whole  # noqa: E402


def pytest_unconfigure() -> None:
    servers.discard(RUN_FOLDER)


@pytest.fixture(scope="session")
def databases() -> servers.Databases:
    return servers.start_databases(RUN_FOLDER)


@pytest.fixture(scope="session")
def template(databases: servers.Databases) -> Iterator[str]:
    """The name of a database that is migrated and holds the world; to be cloned, not used."""
    with databases.new(label="template") as url:
        engine = connect(url)
        migrate(engine)
        with Session(engine) as session:
            whole.build(session)
            session.commit()
        engine.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture(scope="session")
def engine(databases: servers.Databases, template: str) -> Iterator[sa.Engine]:
    """For tests that leave no trace; do not commit through it."""
    with databases.new(template, "shared") as url:
        engine = connect(servers.narrowed(url))
        yield engine
        engine.dispose()


@dataclass(frozen=True)
class Database:
    """A database of one test's own: commits are real, NOTIFY is heard, other processes see it.

    The site, the workers and `session` act in the role of the application; these are the owner's,
    who may do what they may not: drop an index, change history.
    """

    url: str
    engine: sa.Engine


@contextmanager
def in_use(url: str) -> Iterator[Database]:
    """Make it the database of this process: what `work.engine()` and `settings()` say."""
    before = {name: os.environ[name] for name in URLS}
    _point_at({"DATABASE_URL": servers.narrowed(url), "DATABASE_OWNER_URL": url})
    database, ours = Database(url, connect(url)), work.engine()
    try:
        yield database
    finally:
        for engine in (database.engine, ours, work.engine()):  # another may have been in use in between
            _close(engine)
        _point_at(before)


def _close(engine: sa.Engine) -> None:
    """After the site's threads have finished with it: a connection still out would be left open."""
    deadline = time.monotonic() + 5
    while engine.pool.checkedout() and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.01)
    engine.dispose()


def _point_at(urls: dict[str, str]) -> None:
    os.environ |= urls
    settings.cache_clear()
    work.engine.cache_clear()


@pytest.fixture
def database(databases: servers.Databases, template: str) -> Iterator[Database]:
    with databases.new(template) as url, in_use(url) as database:
        yield database


@pytest.fixture
def empty_database(databases: servers.Databases) -> Iterator[Database]:
    """Nothing in it, not even tables."""
    with databases.new() as url, in_use(url) as database:
        yield database


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    if {"database", "empty_database"} & set(request.fixturenames):
        with Session(work.engine(), expire_on_commit=False) as session:
            yield session
        return
    engine: sa.Engine = request.getfixturevalue("engine")
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        transaction.rollback()


@pytest.fixture(scope="session")
def _running_valkey() -> str:
    return servers.start_redis(RUN_FOLDER)


@pytest.fixture
def valkey(_running_valkey: str) -> Iterator[redis.Redis]:
    """A running, empty Valkey; `REDIS_URL` leads to it."""
    with redis.Redis.from_url(_running_valkey) as client:
        client.flushdb()
        yield client


Queries = Callable[[int], AbstractContextManager[list[str]]]


@pytest.fixture
def queries() -> Queries:
    """`with queries(6) as sent:` fails when more statements than that go to the database."""

    @contextmanager
    def at_most(budget: int) -> Iterator[list[str]]:
        sent: list[str] = []

        def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
                sent.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            yield sent
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
        assert len(sent) <= budget, "\n\n".join([f"{len(sent)} queries instead of {budget}:", *sent])

    return at_most


@pytest.fixture
def project_root() -> Path:
    return Path(__file__).parent.parent
