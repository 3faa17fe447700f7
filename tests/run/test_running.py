"""`karkas run` as a whole: opens on an empty folder, outlives what it started, leaves in time."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import psutil
import pytest

from tests import sites
from tests.fixtures import in_use
from tests.run.conftest import Installation, Started
from web.run.postgres import Postgres
from web.run.valkey import Valkey

PATIENCE_SECONDS = 30
LEAVING_SECONDS = 10
KINDS = ("web-1", "web-2", "worker", "schedule")


@pytest.fixture
def running(installation: Installation) -> Started:
    return opened(installation)


def opened(installation: Installation) -> Started:
    started = installation.start("run")
    started.wait_for("Karkas is open at")
    return started


def test_an_empty_folder_becomes_an_open_site(installation: Installation, running: Started):
    assert status(installation, "/health/ready") == 200
    assert f"http://127.0.0.1:{installation.settings['KARKAS_PORT']}" in running.lines[-1]
    eventually(lambda: set(children(running)) == set(KINDS))

    assert running.end() == 0
    assert not Postgres(installation.home / "postgres").answers()
    assert not Valkey(installation.home / "valkey").answers()


def test_whatever_is_killed_comes_back_while_the_site_goes_on(installation: Installation, running: Started):
    eventually(lambda: set(children(running)) == set(KINDS))
    before = children(running)

    for name in ("web-1", "worker", "schedule"):
        os.kill(before[name], signal.SIGKILL)
    answers = [status(installation, "/health/live") for _ in range(50)]

    assert answers == [200] * 50
    eventually(lambda: set(children(running)) == set(KINDS))
    after = children(running)
    assert {name for name in KINDS if before[name] != after[name]} == {"web-1", "worker", "schedule"}
    eventually(lambda: status(installation, "/health/ready") == 200)


def test_servers_that_are_killed_come_back_with_their_data(installation: Installation, running: Started):
    postgres, valkey = Postgres(installation.home / "postgres"), Valkey(installation.home / "valkey")
    postmaster = int((postgres.data / "postmaster.pid").read_text().split()[0])
    with postgres.connect("karkas") as connection:
        connection.execute("create table kept as select 42 as answer")

    for pid in (postmaster, valkey_of(installation)):
        os.kill(pid, signal.SIGKILL)

    eventually(lambda: postgres.answers() and valkey.answers())
    eventually(lambda: is_open(installation))
    with postgres.connect("karkas") as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)
    assert running.end() == 0


def test_the_clock_works_and_goes_on_when_the_console_is_gone(installation: Installation, running: Started):
    assert running.process.stdout is not None
    running.process.stdout.close()

    eventually(lambda: works_since_its_start(installation))
    for _time in range(2):
        os.kill(valkey_of(installation), signal.SIGKILL)
        eventually(Valkey(installation.home / "valkey").answers)

    running.process.terminate()
    assert running.process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_in_time_with_open_streams(installation: Installation, running: Started, number):
    with open_stream(installation), open_stream(installation):
        began = time.monotonic()
        code = running.end(number)
        took = time.monotonic() - began

    assert code == 0
    assert took < LEAVING_SECONDS
    assert descendants_in(installation) == []


def test_data_survive_the_killing_of_everything(installation: Installation, running: Started):
    added = installation.karkas(
        "user", "add", "boss", "--name", "Начальник", "--role", "head", said="long enough\n"
    )
    assert added.returncode == 0, added.stderr

    for process in [psutil.Process(running.process.pid), *descendants_in(installation)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    running.process.wait()
    again = opened(installation)

    with Postgres(installation.home / "postgres").connect("karkas") as connection:
        assert connection.execute("select name from app_user").fetchall() == [("Начальник",)]
    assert again.end() == 0


def test_children_do_not_outlive_a_supervisor_that_was_killed(installation: Installation, running: Started):
    eventually(lambda: set(children(running)) == set(KINDS))
    orphans = [psutil.Process(pid) for pid in children(running).values()]

    running.process.kill()
    running.process.wait()

    eventually(lambda: not any(is_alive(each) for each in orphans))
    again = opened(installation)
    assert again.end() == 0


def test_a_stranger_on_the_port_of_the_site_is_met_before_anything_is_started(
    installation: Installation, running: Started
):
    other = Installation(installation.home.with_name("other"), installation.settings)

    done = other.karkas("run")

    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert not (other.home / "postgres").exists()


def test_parts_started_apart_share_the_servers_until_the_last_one_leaves(installation: Installation):
    assert installation.karkas("migrate").returncode == 0
    worker = installation.start("work")
    postgres = Postgres(installation.home / "postgres")
    eventually(lambda: "worker" in children(worker))
    serving = installation.start("serve")
    eventually(lambda: is_open(installation))

    assert worker.end() == 0
    assert status(installation, "/health/ready") == 200
    assert serving.end() == 0
    assert not postgres.answers()


def works_since_its_start(installation: Installation) -> bool:
    log = installation.home / "logs" / "schedule.log"
    return log.exists() and "scheduler works" in log.read_text()


def is_open(installation: Installation) -> bool:
    try:
        return status(installation, "/health/ready") == 200
    except httpx.TransportError:
        return False


def status(installation: Installation, path: str) -> int:
    address = f"http://127.0.0.1:{installation.settings['KARKAS_PORT']}{path}"
    return httpx.get(address, trust_env=False, timeout=PATIENCE_SECONDS).status_code


@contextmanager
def open_stream(installation: Installation) -> Iterator[None]:
    """A browser's live stream that nobody closes; read beside, for its end is not ours to wait for."""
    with in_use(Postgres(installation.home / "postgres").url()):
        passport = sites.passport(a_person(installation))
    heard = threading.Event()

    def listen() -> None:
        address = f"http://127.0.0.1:{installation.settings['KARKAS_PORT']}/live"
        with (
            suppress(httpx.HTTPError),
            httpx.stream("GET", address, timeout=None, trust_env=False, **passport) as live,
        ):
            for _ in live.iter_bytes():
                heard.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert heard.wait(PATIENCE_SECONDS)
    yield
    listener.join(PATIENCE_SECONDS)
    assert not listener.is_alive()


def a_person(installation: Installation) -> str:
    installation.karkas("user", "add", "boss", "--name", "Начальник", "--role", "head", said="long enough\n")
    return "boss"


def children(started: Started) -> dict[str, int]:
    """Programs of that supervisor by name."""
    found = {}
    for each in psutil.Process(started.process.pid).children():
        with suppress(psutil.Error):
            words = " ".join(each.cmdline())
            if name := re.search(r"--name (web-\d)|jobs\.(worker|schedule)", words):
                found[name[1] or name[2]] = each.pid
    return found


def valkey_of(installation: Installation) -> int:
    return next(each.pid for each in descendants_in(installation) if each.name() == "valkey-server")


def descendants_in(installation: Installation) -> list[psutil.Process]:
    """Everything that belongs to the installation: by its environment, or by its data folder."""
    return [each for each in psutil.process_iter() if _belongs(each, str(installation.home))]


def _belongs(process: psutil.Process, home: str) -> bool:
    try:
        return home in " ".join(process.cmdline()) or process.environ().get("KARKAS_HOME") == home
    except psutil.Error:
        return False


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)
