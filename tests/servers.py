"""Real servers for tests: PostgreSQL and Valkey of this run, and databases cloned from a template.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers to use instead of the embedded ones.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import sqlalchemy as sa

from jobs import privileges
from web.run.postgres import Postgres
from web.run.valkey import Valkey

PREFIX = "karkas-tests-"
MEMORY = Path("/dev/shm")
ROOM = 6 << 30  # bytes: a clone is 13 MB and goes with its test, the log of changes is about a gigabyte
HASTY = (
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
    ("logging_collector", "off"),
)


def run_folder() -> Path:
    """A folder of this run with a short path; those of runs that were killed are cleared away."""
    place = _place()
    for leftover in place.glob(f"{PREFIX}*"):
        if not _alive(int(leftover.name.removeprefix(PREFIX).partition("-")[0])):
            for folder in (leftover / "home", leftover):
                discard(folder)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))


def _place() -> Path:
    """Memory where there is plenty: on a disk the 900 files of a cloned database take half a second."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy and "TMPDIR" not in os.environ else Path(tempfile.gettempdir())


def discard(folder: Path) -> None:
    """Stop what runs in the folder and remove it."""
    if (folder / "postgres").exists():
        Postgres(folder / "postgres").stop()
    Valkey(folder / "valkey").stop()
    shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass
class Databases:
    """Makes databases on one server: empty ones and clones of a template."""

    server: sa.URL
    numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def new(self, template: str = "template0", label: str = "db") -> Iterator[str]:
        """The URL of a database that is dropped afterwards."""
        name = f"karkas_{os.getpid()}_{label}_{next(self.numbers)}"
        self._let_go(template)
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        try:
            yield self.url(name)
        finally:
            self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _let_go(self, template: str) -> None:
        """Of a database in use no clone is made: the site of this process may still listen to it."""
        self._do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")

    def url(self, name: str) -> str:
        return self.server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def start_databases(folder: Path) -> Databases:
    if given := os.environ.get("TEST_DATABASE_URL"):
        return Databases(sa.make_url(given))
    postgres = Postgres(folder / "postgres", HASTY)
    postgres.start()
    return Databases(sa.make_url(postgres.url("postgres")))


def narrowed(url: str) -> str:
    """The same database as the application comes to it; to a given server by taking the role."""
    if "TEST_DATABASE_URL" in os.environ:
        return privileges.narrowed(url)
    return sa.make_url(url).set(username=privileges.ROLE).render_as_string(hide_password=False)


def redis_url(folder: Path) -> str:
    """Where Redis is, or will be once `start_redis` is called."""
    return os.environ.get("TEST_REDIS_URL") or Valkey(folder / "valkey").url()


def start_redis(folder: Path) -> str:
    if "TEST_REDIS_URL" not in os.environ:
        Valkey(folder / "valkey").start()
    return redis_url(folder)
