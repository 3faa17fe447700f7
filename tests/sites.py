"""The site as tests meet it, always over real HTTP.

`client` and `open_client` talk to a server in a thread of this process: quick, and a test may look
inside. `site` is separate processes that may be killed.
"""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import redis
import uvicorn

from domain.access import sessions
from domain.kernel import clock
from domain.kernel.settings import settings
from jobs import work
from tests.fixtures import Database
from web.estate import press
from web.offers.client import pace
from web.publishing import caching
from web.publishing.journal import journal
from web.run import programs, sockets
from web.run.programs import Program
from web.run.site import configuration

START_SECONDS = 30
PATIENCE_SECONDS = 30
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
"""Headers of a request that asks for a region of the page."""


@pytest.fixture(scope="session")
def _address() -> Iterator[str]:
    """One server for all tests of this process; it looks up the database of the moment at every request."""
    server = uvicorn.Server(loaded := configuration())
    loaded.load()  # an application that cannot be made fails here and not in the thread
    with sockets.listening("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="site", daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(autouse=True)
def _nothing_printed() -> None:
    """Databases of two tests are clones: what was drawn from one must not be taken for the other.

    Nor does a test wait for what another one asked too often.
    """
    press.forget()
    pace.forget()
    caching.forget()
    journal.clear()


Opener = Callable[[str], httpx.Client]


@pytest.fixture
def client(_address: str, database: Database) -> Iterator[httpx.Client]:
    """A browser nobody has signed in with."""
    with _browser(_address) as client:
        yield client


@pytest.fixture
def open_client(_address: str, database: Database) -> Iterator[Opener]:
    """`open_client("anna")`: a browser of a person already signed in, carrying the CSRF header."""
    with ExitStack() as opened:

        def open_as(login: str) -> httpx.Client:
            client = httpx.Client(
                base_url=_address, trust_env=False, timeout=PATIENCE_SECONDS, **passport(login)
            )
            return opened.enter_context(client)

        yield open_as


def _browser(address: str, **more: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS, **more)  # type: ignore[arg-type]


def passport(login: str) -> dict[str, dict[str, str]]:
    """Cookies and headers of a new session of that person."""
    with work.unit_of_work() as session:
        account = sessions.find_account(session, login)
        token = sessions.sign_in(session, account, agent="tests", address="127.0.0.1", now=clock.now())
    csrf = sessions.csrf_token(settings().secret, sessions.fingerprint(token))
    return {"cookies": {"karkas": token}, "headers": {"X-CSRFToken": csrf}}


@dataclass
class Site:
    """Real processes on a database of their own: two of the web at one port, and workers on request."""

    home: Path
    port: int
    programs: dict[str, Program]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> None:
        for name in names:
            program = self.programs[name]
            with (self.home / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    program.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=program.descriptors,
                )

    def kill(self, *names: str) -> None:
        self._end(names, signal.SIGKILL)

    def stop(self, *names: str) -> None:
        self._end(names, signal.SIGTERM)

    def _end(self, names: tuple[str, ...], number: signal.Signals) -> None:
        for name in names:
            self.running[name].send_signal(number)
        for name in names:
            self.running.pop(name).wait(START_SECONDS)

    def wait_until_open(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_open():
            assert time.monotonic() < deadline, self.log("web-1")
            time.sleep(0.05)

    def _is_open(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text("utf-8", "replace")


@pytest.fixture
def site(database: Database, valkey: redis.Redis, tmp_path: Path) -> Iterator[Site]:
    """Open and served by `web-1` and `web-2`; `site.start("worker")` when jobs matter."""
    with sockets.listening("127.0.0.1", 0) as listener:
        every = [*programs.site(listener, 2), programs.worker(), programs.schedule()]
        site = Site(tmp_path, listener.getsockname()[1], {program.name: program for program in every})
        try:
            site.start("web-1", "web-2")
            site.wait_until_open()
            yield site
        finally:
            site.kill(*list(site.running))
