"""What `karkas run`, `serve`, `work` and `schedule` do."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable

from domain.kernel.settings import Settings, settings
from web.run import home, prepare, programs, servers, sockets
from web.run.changes import Changes
from web.run.programs import Program
from web.run.supervisor import supervise
from web.run.trouble import Trouble

CAST = "anna, maria, timur, boris, vera, gleb, olga, stas, admin"
OPENING_SECONDS = 60


def run(*, reload: bool = False) -> None:
    """Everything in one supervisor."""
    asked = settings()
    home.prepare(asked.home)
    with (
        home.only_one(asked.home),
        sockets.listening(asked.host, asked.port) as listener,
        servers.ready() as ready,
    ):
        _prepare(demo=ready.demo)
        everything = [
            *programs.site(listener, 1 if reload else ready.web_processes),
            programs.worker(),
            programs.schedule(),
            *([programs.onec_demo(ready)] if ready.demo else []),
        ]
        supervise(
            everything,
            ready.home / "logs",
            started=lambda: _announce(ready),
            changed=Changes() if reload else lambda: False,
        )


def serve() -> None:
    asked = settings()
    with sockets.listening(asked.host, asked.port) as listener, servers.ready() as ready:
        prepare.demand_migrated()
        supervise(programs.site(listener, ready.web_processes), ready.home / "logs")


def work() -> None:
    _alone(lambda _: [programs.worker()])


def schedule() -> None:
    _alone(lambda _: [programs.schedule()])


def onec_demo() -> None:
    asked = settings()
    home.prepare(asked.home)
    supervise([programs.onec_demo(asked)], asked.home / "logs")


def _alone(chosen: Callable[[Settings], Iterable[Program]]) -> None:
    with servers.ready() as ready:
        prepare.demand_migrated()
        supervise(chosen(ready), ready.home / "logs")


def _prepare(*, demo: bool) -> None:
    done = subprocess.run(programs.prepare(demo=demo), stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Trouble(lines[-1] if lines else "The database could not be prepared.")


def _announce(ready: Settings) -> None:
    """Once the site answers, tell the person where it is and how to come in."""
    deadline = time.monotonic() + OPENING_SECONDS
    while not _is_open(ready.url) and time.monotonic() < deadline:
        time.sleep(0.05)
    print(f"\n  Karkas is open at {ready.url}")
    if ready.demo:
        print(f"  Sign in as {CAST}; the password of all of them is karkas (demo only).")
        print(f"  The stand-in of 1C is at {programs.onec_demo_url(ready)}")
    print(f"  Logs are in {ready.home / 'logs'}; Ctrl-C ends everything.\n", flush=True)


def _is_open(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
