"""`make run` of a newcomer: the demo world, its logins and the stand-in of 1C, built once."""

import re
import time
from collections import Counter

import httpx
import pytest

from tests.faults.reckoning import Answer, Ask, at_rest, wait_for
from tests.run.conftest import Installation, Started
from web.run.postgres import Postgres

PATIENCE_SECONDS = 90
DEAD = "select kind, state, error from message where state <> 'done'"


@pytest.fixture
def demo(installation: Installation) -> Installation:
    installation.settings["KARKAS_DEMO"] = "1"
    return installation


def opened(installation: Installation) -> Started:
    started = installation.start("run")
    started.wait_for("Karkas is open at")
    started.wait_for("stand-in of 1C")
    return started


def people(installation: Installation) -> int:
    with Postgres(installation.home / "postgres").connect("karkas") as connection:
        row = connection.execute("select count(*) from app_user").fetchone()
    return int(row[0]) if row else 0


def asking(installation: Installation) -> Ask:
    def ask(question: str) -> Answer:
        with Postgres(installation.home / "postgres").connect("karkas") as connection:
            return connection.execute(question.encode()).fetchall()

    return ask


def broken(browser: httpx.Client) -> Counter[str]:
    """What the page of invariants counts, without those that hold."""
    page = browser.get("/estate/invariants").text
    found = re.findall(r'id="invariant-(\w+)".*?data-count="(\d+)"', page, re.DOTALL)
    assert len(found) > 5, page
    return +Counter({key: int(count) for key, count in found})


def status_of_onec(port: int) -> int:
    """It starts a little later than the site."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_the_world_is_there_once_and_its_people_may_come_in(demo: Installation):
    port = int(demo.settings["KARKAS_PORT"])
    first = opened(demo)
    built = people(demo)
    form = {"login": "boris", "password": "karkas"}
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE_SECONDS
    ) as browser:
        entered = browser.post("/sign-in", data=form)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert status_of_onec(port + 1) == 200
        assert broken(browser) == Counter()
        assert wait_for(lambda: at_rest(asking(demo)), PATIENCE_SECONDS) < PATIENCE_SECONDS, asking(demo)(
            DEAD
        )
        assert broken(browser) == Counter(), "what 1C told of its units"
    assert first.end() == 0

    second = opened(demo)

    assert people(demo) == built >= 10
    assert second.end() == 0


def test_accounts_with_a_known_password_never_get_into_a_real_base(demo: Installation):
    assert demo.karkas("migrate").returncode == 0
    added = demo.karkas("user", "add", "boss", "--name", "Начальник", "--role", "head", said="long enough\n")
    assert added.returncode == 0, added.stderr

    told = demo.karkas("demo")

    assert "only in an empty one" in told.stdout
