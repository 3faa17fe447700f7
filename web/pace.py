"""How often one address may ask for what is open to everyone.

Counted in the memory of each process: looking must not cost a write, and a bound that is as many times
higher as there are processes still is one. Guessing is not what it is against: a token has 256 bits.
"""

import threading
import time
from collections import OrderedDict

from domain.access.throttling import network
from domain.kernel.errors import Refused
from domain.kernel.text import _

MOST_KNOWN = 20_000
"""Addresses remembered at once; the one that asked longest ago is forgotten first."""


class TooOften(Refused):
    """To whom asks more than anybody would who looks."""

    def __init__(self) -> None:
        super().__init__(_("Too many requests from your network. Try again in a minute."))


class Pace:
    """At most so many times in so many seconds from one customer of a provider."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._known: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, address: str) -> None:
        """One more; raises TooOften when it is one too many."""
        key, now = network(address), time.monotonic()
        with self._lock:
            since, count = self._known.pop(key, (now, 0))
            if now - since > self.seconds:
                since, count = now, 0
            self._known[key] = (since, count + 1)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        if count >= self.most:
            raise TooOften

    def forget(self) -> None:
        with self._lock:
            self._known.clear()
