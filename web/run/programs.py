"""The processes an installation consists of, as commands."""

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from domain.kernel.settings import Settings

ONEC_DEMO_PORT_AFTER_SITE = 1
"""The demo 1C listens beside the site: 8001 when the site is on 8000."""


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    """Open files the process inherits."""


def site(listener: socket.socket, processes: int) -> list[Program]:
    """Web processes that take turns at one listening socket."""
    descriptor = listener.fileno()
    names = [f"web-{number}" for number in range(1, processes + 1)]
    return [
        Program(name, _module("web.run.site", "--fd", str(descriptor), "--name", name), (descriptor,))
        for name in names
    ]


def worker() -> Program:
    return Program("worker", _module("jobs.worker"))


def schedule() -> Program:
    return Program("schedule", _module("jobs.schedule"))


def onec_demo(settings: Settings) -> Program:
    return Program(
        "onec-demo", _module("jobs.onec_demo", "--port", str(settings.port + ONEC_DEMO_PORT_AFTER_SITE))
    )


def prepare(*, demo: bool) -> list[str]:
    """Bring the database up to the code; in a process of its own, so that the supervisor stays small."""
    return _module("web.run.prepare", *(["--demo"] if demo else []))


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]
