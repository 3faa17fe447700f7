"""kill -9 at random, and who was killed when."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psutil

from tests.faults.ledger import Ledger
from tests.run.conftest import Installation, Started
from tests.run.test_running import children, valkey_of
from web.run.postgres import Postgres

Find = Callable[[], int]
"""The process to be killed. Raises when there is none just now."""
NOT_THERE = (LookupError, StopIteration, OSError, ValueError, psutil.Error)


@dataclass
class Killer:
    targets: Mapping[str, Find]
    chance: random.Random
    kills: list[tuple[str, float]] = field(default_factory=list)

    def kill_one(self) -> None:
        """Somebody who is alive: of the dead there is nothing to learn."""
        for name in self.chance.sample(list(self.targets), len(self.targets)):
            try:
                os.kill(self.targets[name](), signal.SIGKILL)
            except NOT_THERE:
                continue
            self.kills.append((name, time.monotonic()))
            return

    def recoveries(self, ledger: Ledger) -> tuple[dict[str, float], tuple[float, list[str]]]:
        """Seconds to the first write afterwards, at worst, by who was killed; and the longest stretch.

        Where somebody else is killed before anybody has recovered, the clock starts anew: only the
        stretch tells of the whole row of them.
        """
        worst, stretch, deaths = dict.fromkeys(self.targets, 0.0), 0.0, [""]
        for name, at in self.kills:
            took = ledger.recovery(at)
            row = [other for other, then in self.kills if at <= then < at + took]
            if len(row) <= 1:
                worst[name] = max(worst[name], took)
            if took > stretch:
                stretch, deaths = took, row
        return worst, (stretch, deaths)

    def counts(self) -> str:
        counted = Counter(name for name, _at in self.kills)
        return ", ".join(f"{name} {counted[name]}" for name in self.targets)


def programs_of(installation: Installation, started: Started) -> dict[str, Find]:
    """Everything `karkas run` keeps alive, the servers included; not the stand-in of 1C."""
    postgres = Postgres(installation.home / "postgres")

    def program(name: str) -> Find:
        return lambda: children(started)[name]

    return {
        **{name: program(name) for name in ("web-1", "web-2", "worker", "schedule")},
        "valkey": lambda: valkey_of(installation),
        "postgres": lambda: int((postgres.data / "postmaster.pid").read_text().split()[0]),
    }
