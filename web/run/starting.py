"""The commands that start processes: everything at once, or each kind alone."""

import subprocess
from collections.abc import Sequence

from domain.kernel.settings import settings
from web.run import home, programs, servers, sockets
from web.run.announcing import announce
from web.run.changes import Changes
from web.run.programs import Program
from web.run.supervisor import supervise
from web.run.trouble import Trouble


def run(*, reload: bool = False) -> None:
    """Servers, migration, site, workers, schedule and, in the demo, the stand-in of 1C."""
    asked = settings()
    home.prepare(asked.home)
    with home.only_one(asked.home), sockets.listening(asked.host, asked.port) as listener:
        if asked.demo:
            sockets.listening("127.0.0.1", asked.onec_demo_port).close()  # busy: better known now than later
        print("Starting the servers and preparing the database…", flush=True)
        with servers.ready() as ready:
            _prepare("migrate", *(["demo"] if ready.demo else []))
            servers.narrow()
            supervise(
                programs.site(listener, 1 if reload else ready.web_processes),
                ready.home / "logs",
                opened=lambda: announce(ready),
                later=programs.behind(ready),
                changed=Changes() if reload else lambda: False,
            )


def serve() -> None:
    asked = settings()
    with sockets.listening(asked.host, asked.port) as listener:
        _alone(programs.site(listener, asked.web_processes))


def work() -> None:
    _alone([programs.worker()])


def schedule() -> None:
    _alone([programs.schedule()])


def onec_demo() -> None:
    asked = settings()
    home.prepare(asked.home)
    supervise([programs.onec_demo(asked)], asked.home / "logs")


def migrate() -> str:
    with servers.ready():
        return _prepare("migrate")


def demo(*, deals: int = 0, units: int = 0, people: int = 0) -> str:
    """The demo world and, when asked, a heavy load in it: minutes for millions, so it says how far it is."""
    words = [f"--deals={deals}", f"--units={units}", f"--people={people}"]
    with servers.ready():
        return _prepare("migrate", "demo", *words, aloud=bool(deals or units or people))


def _alone(chosen: Sequence[Program]) -> None:
    with servers.ready() as ready:
        _prepare("check")
        servers.narrow()
        supervise(chosen, ready.home / "logs")


def _prepare(*steps: str, aloud: bool = False) -> str:
    """In a process of its own: the supervisor stays small, and the code it loads is the new one.

    Returns what it said, unless it speaks aloud.
    """
    out = None if aloud else subprocess.PIPE
    done = subprocess.run(
        programs.prepare(*steps), stdout=out, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise Trouble((done.stderr.strip().splitlines() or ["The database could not be prepared."])[-1])
    return (done.stdout or "").strip()
