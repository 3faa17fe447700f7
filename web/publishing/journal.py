"""Who fetched which feed: noted while answering, written down a moment later.

An answer to a GET may not write. A process that is killed loses a few seconds of the journal.
"""

import logging
import threading
from collections import deque

from sqlalchemy.exc import SQLAlchemyError

from domain.publishing.feeds import fetching
from domain.publishing.feeds.fetching import Fetch
from jobs.work import unit_of_work

EVERY_SECONDS = 2.0
MOST = 1_000

log = logging.getLogger(__name__)


class Journal:
    def __init__(self) -> None:
        self._waiting: deque[Fetch] = deque(maxlen=MOST)
        self._stopped = threading.Event()

    def note(self, fetch: Fetch) -> None:
        self._waiting.append(fetch)

    def pour(self) -> None:
        """Into the base; what could not be written is kept for the next time."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not taken:
            return
        try:
            with unit_of_work() as session:
                fetching.note(session, taken)
        except SQLAlchemyError as trouble:
            log.warning("fetches not written down", extra={"failure": type(trouble).__name__})
            self._waiting.extendleft(reversed(taken))

    def start(self) -> None:
        self._stopped.clear()
        threading.Thread(target=self._keep_pouring, name="journal", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self.pour()

    def clear(self) -> None:
        self._waiting.clear()

    def _keep_pouring(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            self.pour()


journal = Journal()
