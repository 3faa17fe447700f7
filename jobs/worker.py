"""A worker process: takes wake-ups from Valkey with a few threads until told to stop.

Dramatiq's own command forks and watches processes; here one supervisor watches everything,
so a worker is a single process that can be killed and replaced like any other.
"""

import logging
import signal
import threading

from dramatiq import Worker

from domain.kernel.settings import settings
from jobs import logs
from jobs.main import broker

STOP_MILLISECONDS = 4_000
"""Jobs still running then are taken over by lease when it runs out."""

log = logging.getLogger(__name__)


def run() -> None:
    logs.setup("worker")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    broker.emit_after("process_boot")
    worker = Worker(broker, worker_threads=settings().worker_threads)
    worker.start()
    log.info("worker started")
    stopping.wait()
    worker.stop(timeout=STOP_MILLISECONDS)
    broker.close()
    log.info("worker stopped")


if __name__ == "__main__":
    run()
