"""PostgreSQL and Valkey for whoever asks: the given ones, or the embedded ones inside KARKAS_HOME.

Every command that needs them holds a shared lock. The first starts what does not run yet,
the last stops what is embedded; after a kill -9 the next one finds them running and attaches.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
import redis

from domain.kernel.settings import DEMO_ONEC_PASSWORD, DEMO_ONEC_SECRET, Settings, settings
from web.run import home
from web.run.postgres import Postgres
from web.run.trouble import Trouble
from web.run.valkey import Valkey

OLDEST_POSTGRES = 15
OLDEST_REDIS = 7
PATIENCE_SECONDS = 3


@contextmanager
def ready() -> Iterator[Settings]:
    """Settings whose URLs lead to servers that answer; the environment of children says the same."""
    asked = settings()
    home.prepare(asked.home)
    with (asked.home / "servers.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            with _starting(asked.home):
                os.environ["DATABASE_URL"] = asked.database_url or _embedded_postgres(asked.home)
                os.environ["REDIS_URL"] = asked.redis_url or _embedded_valkey(asked.home)
            if asked.demo:
                os.environ.setdefault(DEMO_ONEC_SECRET, DEMO_ONEC_PASSWORD)
            settings.cache_clear()
            check_postgres(settings().database_url)
            check_redis(settings().redis_url)
            yield settings()
        finally:
            _stop_unless_needed(asked, lock)


def _embedded_postgres(folder: Path) -> str:
    server = Postgres(folder / "postgres")
    server.start()
    server.ensure_database()
    return server.url()


def _embedded_valkey(folder: Path) -> str:
    server = Valkey(folder / "valkey")
    server.start()
    return server.url()


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """One at a time, or two would make the same cluster."""
    with (folder / "starting.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stop_unless_needed(asked: Settings, lock: IO[str]) -> None:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not asked.redis_url:
            Valkey(asked.home / "valkey").stop()
        if not asked.database_url:
            Postgres(asked.home / "postgres").stop()


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
