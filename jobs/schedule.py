"""The clock of the system: one process works, a second one waits to take over when the first dies."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler

from domain.kernel.settings import settings
from domain.kernel.text import speak
from jobs import logs, sweeping
from jobs import main as couriers  # noqa: F401  known here too, for the time Valkey is away
from jobs.estate import stock_files

LOCK = 0x636C6F636B
"""Advisory lock of the working scheduler; PostgreSQL frees it when its connection ends."""
LOOK_SECONDS = 1.0

JOBS: dict[Callable[[], None], float] = {
    sweeping.relay_events: 2,
    sweeping.wake_messages: 2,
    sweeping.expire_bookings: 1,
    sweeping.offer_units: 1,
    sweeping.carry_price_lists: 2,
    sweeping.look_into_bases: 1,
    sweeping.typeset_offers: 1,
    sweeping.seal_history: 10,
    sweeping.prune: 3600,
    stock_files.look_for_files: 1,
}
"""What is done every so many seconds."""

log = logging.getLogger(__name__)


def run(stopping: threading.Event) -> None:
    """Wait for the lock, work while it is held, begin anew when it is lost."""
    while not stopping.is_set():
        try:
            with connected() as connection:
                lead(connection, stopping)
        except psycopg.Error as trouble:
            log.warning("scheduler has no database", extra={"failure": type(trouble).__name__})
            stopping.wait(LOOK_SECONDS)


def connected() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(settings().database_url, autocommit=True, connect_timeout=3)


def lead(connection: "psycopg.Connection[tuple[object, ...]]", stopping: threading.Event) -> None:
    while not _locked(connection):
        if stopping.wait(LOOK_SECONDS):
            return
    log.info("scheduler works")
    scheduler = started()
    try:
        while not stopping.wait(LOOK_SECONDS):
            connection.execute("select 1")
    finally:
        scheduler.shutdown(wait=False)


def _locked(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    return bool(row and row[0])


def started() -> BackgroundScheduler:
    """A job that is still running is not started again; missed turns are made up by one."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60}
    )
    for job, seconds in JOBS.items():
        scheduler.add_job(safe(job), "interval", seconds=seconds, id=job.__qualname__)
    scheduler.start()
    return scheduler


def safe(job: Callable[[], None]) -> Callable[[], None]:
    def attempt() -> None:
        speak(settings().locale)
        try:
            job()
        except Exception:
            log.exception("a job of the scheduler failed", extra={"job": job.__qualname__})

    return attempt


def main() -> None:
    logs.setup("schedule")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    run(stopping)


if __name__ == "__main__":
    main()
