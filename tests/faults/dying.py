"""A process that carries out deeds in children of its own, and kills a child at the step it is told to.

One order a line on its standard input, one answer a line on its output. A step is a place where the
world outside this process may have changed: before and after every commit, and before and after every
request to 1C. They are found by running, not listed: a deed written tomorrow has its steps too.

Valkey is away here: whatever is woken is carried by the deed itself.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from domain.kernel.settings import settings
from domain.kernel.text import speak
from jobs import schedule, work
from jobs.main import broker
from tests.faults import careless  # noqa: F401  an actor that must be caught

TRIES = 5
"""Of opening the line to the database, each as long as the application waits."""


class Steps:
    """Counts the steps of the deed; at the chosen one this process is gone."""

    def __init__(self, die_at: int) -> None:
        self.die_at = die_at
        self.met: list[str] = []

    def step(self, name: str) -> None:
        if threading.current_thread() is not threading.main_thread():  # prolonging a lease is no step
            return
        self.met.append(name)
        if len(self.met) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(self, session: Session, name: str) -> None:
        """The end of a savepoint is seen by nobody, so dying there is dying before the commit."""
        if not session.in_nested_transaction():
            self.step(name)

    def watch(self) -> None:
        event.listen(Session, "before_commit", lambda session: self.commit(session, "before a commit"))
        event.listen(Session, "after_commit", lambda session: self.commit(session, "after a commit"))
        send = httpx.HTTPTransport.handle_request

        def stepping(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            self.step(f"before {request.method}")
            answer = send(transport, request)
            self.step(f"after {request.method}")
            return answer

        httpx.HTTPTransport.handle_request = stepping  # type: ignore[method-assign]


def deeds() -> dict[str, Callable[..., None]]:
    """Everything that runs by itself: what is woken and what the clock does."""
    actors = {f"actor:{actor.actor_name}": actor.fn for actor in broker.actors.values()}
    return actors | {f"duty:{duty.__name__}": duty for duty in schedule.JOBS}


def open_line() -> None:
    """Twins start at one instant, and on a busy machine nobody is blamed for a slow server."""
    for tries_left in reversed(range(TRIES)):
        try:
            with work.engine().connect():
                return
        except OperationalError:
            if not tries_left:
                raise


def carry_out(order: dict[str, Any], go: int, told: int) -> None:
    """In a child. Ends the process."""
    os.environ["DATABASE_URL"] = order["url"]
    settings.cache_clear()
    work.engine.cache_clear()
    speak(settings().locale)
    steps, trouble = Steps(order["die_at"]), ""
    try:
        open_line()
        steps.watch()
        os.read(go, 1)
        deeds()[order["deed"]](*order["args"])
    except Exception as failure:  # noqa: BLE001  the parent judges it
        trouble = f"{type(failure).__name__}: {failure}"
    os.write(told, json.dumps({"steps": steps.met, "trouble": trouble}).encode())
    os._exit(0)


def ended(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the deed in as many children as asked, at one instant; how each ended."""
    ready, start = os.pipe()
    children = []
    for _twin in range(order["twins"]):
        heard, told = os.pipe()
        if (child := os.fork()) == 0:
            carry_out(order, ready, told)
        os.close(told)
        children.append((child, heard))
    os.write(start, b"." * order["twins"])
    os.close(ready)
    os.close(start)
    return [_told(child, heard) for child, heard in children]


def _told(child: int, heard: int) -> dict[str, Any]:
    with os.fdopen(heard, "rb") as answer:
        said = answer.read()
    _pid, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    return {"killed": killed, "steps": [], "trouble": ""} | (json.loads(said) if said else {})


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(ended(json.loads(line))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
