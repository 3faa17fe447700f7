"""PostgreSQL and Valkey for whoever asks: the given ones, or the embedded ones inside KARKAS_HOME.

Every command that needs them holds a shared lock. The first starts what does not run yet,
each starts again what was killed, the last stops what is embedded; after a kill -9 of the command itself
the next one finds the servers running and attaches.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

import psycopg
import redis

from domain.kernel.settings import DEMO_ONEC_PASSWORD, DEMO_ONEC_SECRET, Settings, settings
from jobs.privileges import ROLE, narrowed
from web.run import home
from web.run.output import tell
from web.run.postgres import Postgres
from web.run.trouble import Trouble
from web.run.valkey import Valkey

OLDEST_POSTGRES = 15
OLDEST_REDIS = 7
PATIENCE_SECONDS = 3
LOOK_EVERY_SECONDS = 1


class Server(Protocol):
    """An embedded server."""

    @property
    def data(self) -> Path: ...
    def start(self) -> None: ...
    def runs(self) -> bool: ...
    def stop(self) -> None: ...


@contextmanager
def ready() -> Iterator[Settings]:
    """Settings whose URLs lead to servers that answer; the environment of children says the same."""
    asked = settings()
    home.prepare(asked.home)
    postgres, valkey = Postgres(asked.home / "postgres"), Valkey(asked.home / "valkey")
    embedded: list[Server] = [
        *([] if asked.database_url else [postgres]),
        *([] if asked.redis_url else [valkey]),
    ]
    with (asked.home / "servers.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            _start(embedded, asked.home)
            os.environ["DATABASE_URL"] = asked.database_url or postgres.url(user=ROLE)
            os.environ["DATABASE_OWNER_URL"] = asked.owner_url or postgres.url()
            os.environ["REDIS_URL"] = asked.redis_url or valkey.url()
            if asked.demo:
                os.environ.setdefault(DEMO_ONEC_SECRET, DEMO_ONEC_PASSWORD)
            settings.cache_clear()
            check_postgres(settings().owner_url)
            check_postgres(settings().database_url)
            check_redis(settings().redis_url)
            with _guarded(embedded, asked.home):
                yield settings()
        finally:
            _stop_unless_needed(embedded, lock)


def narrow() -> None:
    """From here on `DATABASE_URL` means the role of the application, for us and for our children."""
    os.environ["DATABASE_URL"] = narrowed(settings().database_url)
    settings.cache_clear()


def _start(servers: Sequence[Server], folder: Path) -> None:
    with _starting(folder):
        for server in servers:
            server.start()


@contextmanager
def _guarded(servers: Sequence[Server], folder: Path) -> Iterator[None]:
    """Start again what was killed; whoever needs it waits or refuses meanwhile."""
    leaving = threading.Event()

    def guard() -> None:
        while not leaving.wait(LOOK_EVERY_SECONDS):
            for server in (each for each in servers if not each.runs()):
                name = server.data.name
                tell(f"The embedded {name} is gone, starting it again")
                try:
                    _start([server], folder)
                except (Trouble, OSError, psycopg.Error) as trouble:
                    tell(f"The embedded {name}: {trouble}")

    guarding = threading.Thread(target=guard, name="guard", daemon=True)
    guarding.start()
    try:
        yield
    finally:
        leaving.set()
        guarding.join(PATIENCE_SECONDS)


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """One at a time, or two would make the same cluster."""
    with (folder / "starting.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stop_unless_needed(servers: Sequence[Server], lock: IO[str]) -> None:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for server in reversed(servers):
            server.stop()


def check_postgres(url: str) -> None:
    """Raise Trouble unless a server we can work with answers there."""
    try:
        with psycopg.connect(url, connect_timeout=PATIENCE_SECONDS) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as problem:
        raise Trouble(f"The database cannot be reached: {_reason(problem)}.") from None
    if version < OLDEST_POSTGRES:
        raise Trouble(f"PostgreSQL {version} is too old; Karkas needs {OLDEST_POSTGRES} or newer.")


def check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
        ) as client:
            version = int(str(client.info("server")["redis_version"]).partition(".")[0])
    except (redis.RedisError, ValueError, OSError) as problem:
        raise Trouble(f"Redis cannot be reached: {_reason(problem)}.") from None
    if version < OLDEST_REDIS:
        raise Trouble(f"Redis {version} is too old; Karkas needs {OLDEST_REDIS} or newer, or Valkey.")


def _reason(problem: Exception) -> str:
    """The essence of a driver's message, which may take many lines."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[0].removeprefix("connection failed: ").rstrip(".") if lines else type(problem).__name__
