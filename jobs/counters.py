"""Counters that all processes share: each adds up its own, and pours them into Valkey now and then.

A process that is killed loses a few seconds of counting; the business does not depend on it.
"""

import threading
from collections import Counter

import redis

from domain.kernel.settings import settings

KEY = "karkas:counters"
POUR_EVERY_SECONDS = 5.0
GAUGE_SECONDS = 20
PATIENCE_SECONDS = 1


class Counters:
    """Named sums of this process not poured yet, and its present level of something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: Counter[str] = Counter()
        self._stopped = threading.Event()

    def add(self, amounts: dict[str, float]) -> None:
        with self._lock:
            self._sums.update(amounts)

    def pour(self) -> None:
        """Into Valkey; what could not be poured is kept for the next time."""
        with self._lock:
            sums, self._sums = self._sums, Counter()
        if not sums:
            return
        try:
            with _client() as client, client.pipeline(transaction=True) as pipeline:
                for name, amount in sums.items():
                    pipeline.hincrbyfloat(KEY, name, amount)
                pipeline.execute()
        except redis.RedisError:
            self.add(dict(sums))

    def start(self) -> None:
        self._stopped.clear()
        threading.Thread(target=self._keep_pouring, name="counters", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self.pour()

    def _keep_pouring(self) -> None:
        while not self._stopped.wait(POUR_EVERY_SECONDS):
            self.pour()


def totals() -> dict[str, float]:
    """Sums over all processes since the counting began; empty while Valkey is away."""
    try:
        with _client() as client:
            stored = client.hgetall(KEY)
    except redis.RedisError:
        return {}
    return {name.decode(): float(value) for name, value in stored.items()}


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis_url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )
