"""Counters that all processes share: each adds up its own, and pours them into Valkey now and then.

A process that is killed loses a few seconds of counting; the business does not depend on it.
"""

import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress

import redis

from domain.kernel.settings import settings

SUMS, LEVELS = "karkas:sums", "karkas:levels"
POUR_EVERY_SECONDS = 5.0
FRESH_SECONDS = 20
"""A level not told again for so long belonged to a process that is gone."""
PATIENCE_SECONDS = 1


class Counters:
    """Sums of this process not poured yet, and its present levels of something."""

    def __init__(self, levels: Mapping[str, Callable[[], float]] | None = None) -> None:
        self._lock = threading.Lock()
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._levels = levels or {}
        self._stopped = threading.Event()

    def add(self, amounts: Mapping[str, float]) -> None:
        with self._lock:
            for name, amount in amounts.items():
                self._sums[name] += amount

    def pour(self) -> None:
        """Into Valkey; what could not be poured is kept for the next time."""
        with self._lock:
            sums, self._sums = self._sums, defaultdict(float)
        try:
            with _client() as client, client.pipeline(transaction=True) as pipeline:
                for name, amount in sums.items():
                    pipeline.hincrbyfloat(SUMS, name, amount)
                for name, level in self._levels.items():
                    pipeline.hset(LEVELS, f"{name} {_process()}", f"{level()} {time.time()}")
                pipeline.execute()
        except redis.RedisError:
            self.add(sums)

    def start(self) -> None:
        self._stopped.clear()
        threading.Thread(target=self._keep_pouring, name="counters", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self.pour()
        with suppress(redis.RedisError), _client() as client:
            client.hdel(LEVELS, *(f"{name} {_process()}" for name in self._levels))

    def _keep_pouring(self) -> None:
        while not self._stopped.wait(POUR_EVERY_SECONDS):
            self.pour()


def totals() -> dict[str, float]:
    """Sums and levels over all processes; empty while Valkey is away."""
    try:
        with _client() as client:
            sums, levels = client.hgetall(SUMS), client.hgetall(LEVELS)
    except redis.RedisError:
        return {}
    told = defaultdict(float, {name.decode(): float(amount) for name, amount in sums.items()})
    for key, stamped in levels.items():
        amount, moment = map(float, stamped.split())
        if time.time() - moment < FRESH_SECONDS:
            told[key.decode().split()[0]] += amount
    return dict(told)


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis_url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )
