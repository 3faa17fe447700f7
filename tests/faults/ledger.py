"""What clients were told of their writes, to be held against what is there afterwards."""

import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Key = tuple[Hashable, ...]


class Refused(Exception):
    """The write was answered with a no: it must not be there."""


class Lost(Exception):
    """No answer, or one that promises nothing: the write may be there or not."""


@dataclass
class Ledger:
    """Each write has a key of its own, under which it is counted here and found in the database."""

    acknowledged: Counter[Key] = field(default_factory=Counter)
    unknown: Counter[Key] = field(default_factory=Counter)
    refused: Counter[Key] = field(default_factory=Counter)
    moments: list[tuple[float, float]] = field(default_factory=list)
    """When each acknowledged write was sent and when it was answered."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self, *key: Hashable) -> Iterator[None]:
        """Keep the account of one try; what was raised goes on."""
        sent = time.monotonic()
        try:
            yield
        except Lost:
            self._add(self.unknown, key)
            raise
        except Refused:
            self._add(self.refused, key)
            raise
        self._add(self.acknowledged, key)
        self.moments.append((sent, time.monotonic()))

    def _add(self, page: Counter[Key], key: Key) -> None:
        with self._lock:
            page[key] += 1

    def missing(self, found: Counter[Key]) -> Counter[Key]:
        """Acknowledged and not there."""
        return self.acknowledged - found

    def invented(self, found: Counter[Key]) -> Counter[Key]:
        """There, but for what was there before, more often than anybody can have written it."""
        return found - self.acknowledged - self.unknown

    def recovery(self, after: float) -> float:
        """Seconds until the first write that was sent after that moment and acknowledged."""
        return (
            min((answered for sent, answered in self.moments if sent >= after), default=float("inf")) - after
        )
