"""One order of steps out of many: writers go on a statement at a time, whose turn it is the seed decides.

Each writer is a thread with a transaction of its own that stops before every statement and before its
commit. One that waits for a row lock is known by what the server says of it, not by the clock, so the
same seed plays the same order again.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random
from typing import Any

import sqlalchemy as sa

LONGEST_SECONDS = 60.0
GLANCE_SECONDS = 0.002


class State(Enum):
    WAITING = auto()
    RUNNING = auto()
    DONE = auto()


@dataclass
class Runner:
    name: str
    deed: Callable[[datetime], None]
    state: State = State.RUNNING
    granted: bool = False
    pid: int | None = None
    """Of the server's process that works for it."""
    ended: BaseException | None = None


@dataclass
class Order:
    """The writers of one schedule, and the clock that their steps move."""

    engine: sa.Engine
    watch: sa.Connection
    """Sees who is blocked; in autocommit."""
    chance: Random
    clock: datetime
    runners: list[Runner] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    """Whose turn it was, for who replays a seed."""
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _mine: threading.local = field(default_factory=threading.local)

    def add(self, name: str, deed: Callable[[datetime], None]) -> None:
        self.runners.append(Runner(name, deed))

    def play(self) -> None:
        """Until everybody is done. Raises when the writers stand still."""
        with self._stopping():
            threads = [
                threading.Thread(target=self._run, args=[runner], daemon=True) for runner in self.runners
            ]
            for thread in threads:
                thread.start()
            while ready := self._ready():
                chosen = self.chance.choice(ready)
                self.steps.append(chosen.name)
                self.clock += timedelta(seconds=1)
                with self._changed:
                    chosen.granted, chosen.state = True, State.RUNNING
                    self._changed.notify_all()
            for thread in threads:
                thread.join(LONGEST_SECONDS)

    def _ready(self) -> list[Runner]:
        """Who may be given the next step; nobody when all are done. Waits for those that are on their way."""
        for _ in range(int(LONGEST_SECONDS / GLANCE_SECONDS)):
            with self._changed:
                self._changed.wait_for(lambda: not self._all(State.RUNNING), GLANCE_SECONDS)
                running, waiting = self._all(State.RUNNING), self._all(State.WAITING)
            if not running or (waiting and all(map(self._blocked, running))):
                return waiting
        raise AssertionError(f"the writers stand still after {self.steps}")

    def _all(self, state: State) -> list[Runner]:
        return [runner for runner in self.runners if runner.state is state]

    def _blocked(self, runner: Runner) -> bool:
        asked = sa.text("select cardinality(pg_blocking_pids(:pid)) > 0")
        blocked = runner.pid is not None and bool(self.watch.execute(asked, {"pid": runner.pid}).scalar_one())
        return blocked and runner.state is State.RUNNING

    def _run(self, runner: Runner) -> None:
        self._mine.runner = runner
        try:
            self._stop()
            runner.deed(self.clock)
        except Exception as no:  # noqa: BLE001  judged by the gate
            runner.ended = no
        with self._changed:
            runner.state = State.DONE
            self._changed.notify_all()

    def _stop(self, connection: Any = None) -> None:
        runner: Runner | None = getattr(self._mine, "runner", None)
        if runner is None:
            return
        if connection is not None:
            runner.pid = connection.connection.dbapi_connection.info.backend_pid
        with self._changed:
            runner.state = State.WAITING
            self._changed.notify_all()
            self._changed.wait_for(lambda: runner.granted)
            runner.granted = False

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        def before_statement(connection: Any, *rest: Any) -> None:
            self._stop(connection)

        heard: list[tuple[str, Callable[..., None]]] = [
            ("before_cursor_execute", before_statement),
            ("commit", self._stop),
        ]
        for name, listener in heard:
            sa.event.listen(self.engine, name, listener)
        try:
            yield
        finally:
            for name, listener in heard:
                sa.event.remove(self.engine, name, listener)
