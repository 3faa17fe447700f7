"""Keeps a set of programs running: starts them, restarts the dead, ends them all in time."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from web.run.output import Output
from web.run.programs import Program
from web.run.trouble import Trouble

LOOK_EVERY_SECONDS = 0.1
LEAVE_SECONDS = 6
"""For all programs together, then they are killed; the servers need the rest of the ten seconds."""
HEALTHY_SECONDS = 10
"""A program that lived this long can live: when it is killed it starts with a clean record."""
LONGEST_PAUSE_SECONDS = 5
QUICK_DEATHS = 10


class Keeper:
    """One program and its present process."""

    def __init__(self, program: Program, output: Output) -> None:
        self.program = program
        self.output = output
        self.process: subprocess.Popen[bytes] | None = None
        self.quick_deaths = 0
        self.born = 0.0
        self.due = 0.0

    def start(self) -> None:
        self.born = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.program.descriptors,
            start_new_session=True,  # Ctrl-C is for the supervisor, which tells the others
        )
        self.output.follow(self.process)

    def look(self) -> None:
        """Restart the process if it died, after a pause that grows with every quick death."""
        if self.process is not None and self.process.poll() is not None:
            self._record_death(self.process.returncode)
        if self.process is None and time.monotonic() >= self.due:
            self.start()

    def _record_death(self, code: int) -> None:
        lived = time.monotonic() - self.born
        self.quick_deaths = 0 if lived > HEALTHY_SECONDS else self.quick_deaths + 1
        last_words = self.output.last_words()
        if self.quick_deaths >= QUICK_DEATHS:
            raise Trouble(
                f"{self.program.name} died {QUICK_DEATHS} times in a row, the last time with “{last_words}”."
            )
        pause = min(0.25 * 2**self.quick_deaths, LONGEST_PAUSE_SECONDS)
        self.output.say(
            f"ended with {_ending(code)}, starting again in {pause:g} s; last words: {last_words}"
        )
        self.process, self.due = None, time.monotonic() + pause

    def ask_to_leave(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def restart(self) -> None:
        """For development: the code has changed."""
        self.ask_to_leave()
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(LEAVE_SECONDS)
        self.kill()
        self.quick_deaths = 0
        self.start()

    def wait_until(self, deadline: float) -> None:
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0, deadline - time.monotonic()))

    def kill(self) -> None:
        """The process and whatever it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def supervise(
    programs: Iterable[Program],
    logs: Path,
    *,
    opened: Callable[[], None] = lambda: None,
    later: Iterable[Program] = (),
    changed: Callable[[], bool] = lambda: False,
) -> None:
    """Run the programs until a signal says to leave. Raises Trouble when one cannot be kept alive.

    `opened` waits until the first ones can be used; only then the `later` ones take their share
    of the machine. `changed` says, at every look, whether all must start again.
    """
    keepers = [Keeper(program, Output(program.name, logs)) for program in programs]
    waiting = [Keeper(program, Output(program.name, logs)) for program in later]
    with told_to_leave() as leaving:
        opening = threading.Thread(target=opened, daemon=True)
        opening.start()
        try:
            while not leaving.is_set():
                again = changed()
                for keeper in keepers:
                    keeper.restart() if again else keeper.look()
                if not opening.is_alive():
                    keepers, waiting = [*keepers, *waiting], []
                leaving.wait(LOOK_EVERY_SECONDS)
        finally:
            _end(keepers)


def _end(keepers: list[Keeper]) -> None:
    for keeper in keepers:
        keeper.ask_to_leave()
    deadline = time.monotonic() + LEAVE_SECONDS
    for keeper in keepers:
        keeper.wait_until(deadline)
        keeper.kill()
        keeper.output.close()


@contextmanager
def told_to_leave() -> Iterator[threading.Event]:
    """An event that SIGTERM, Ctrl-C and a closed terminal set."""
    leaving = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(number, lambda *_: leaving.set()) for number in numbers]
    try:
        yield leaving
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
