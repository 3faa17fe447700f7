"""The processes an installation consists of, as commands."""

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from domain.kernel.settings import Settings


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    """Open files the process inherits."""


def site(listener: socket.socket, processes: int) -> list[Program]:
    """Web processes that take turns at one listening socket."""
    descriptor = listener.fileno()
    return [
        Program(name, _leashed("web.run.site", "--fd", str(descriptor), "--name", name), (descriptor,))
        for name in (f"web-{number}" for number in range(1, processes + 1))
    ]


def behind(settings: Settings) -> list[Program]:
    """What works behind the site."""
    return [worker(), schedule(), *([onec_demo(settings)] if settings.demo else [])]


def worker() -> Program:
    return Program("worker", _leashed("jobs.worker"))


def schedule() -> Program:
    return Program("schedule", _leashed("jobs.schedule"))


def onec_demo(settings: Settings) -> Program:
    """The stand-in of 1C; it sends its exchange to our site."""
    words = {
        "--port": str(settings.onec_demo_port),
        "--data": str(settings.home / "onec-demo.sqlite"),
        "--site-url": f"{settings.url}/onec/exchange",
    }
    if settings.onec_demo_units.is_file():
        words["--units"] = str(settings.onec_demo_units)
    return Program(
        "onec-demo", _leashed("jobs.onec_demo", *(word for pair in words.items() for word in pair))
    )


def prepare(*steps: str) -> list[str]:
    """See `web.run.prepare`: the steps are check, migrate and demo."""
    return [sys.executable, "-m", "web.run.prepare", *steps]


def _leashed(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "web.run.leash", str(os.getpid()), module, *arguments]
