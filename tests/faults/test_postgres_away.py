"""O2: PostgreSQL frozen or killed: everybody is told so in time, and it is all over when it is back."""

import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import psutil
import pytest
from sqlmodel import Session

from jobs import work
from jobs.migrating import migrate
from tests import servers
from tests.faults.reckoning import wait_for
from tests.fixtures import Database, in_use
from tests.gates import Gate
from tests.sites import Site, passport
from tests.world import whole
from web.run.postgres import Postgres

TOLD_SECONDS = 4.0
"""Two and a half on a machine that does nothing else."""
PATIENCE_SECONDS = 15
SENTENCE = "База данных не отвечает"
KINDS = ("live", "ready")
PAGES = ("/deals", "/estate/1/chessboard", "/deals/1", "/units/1", "/notices")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server of this test's own, to be stopped and killed."""
    folder = Path(tempfile.mkdtemp(prefix=f"{servers.PREFIX}{os.getpid()}-pg-"))
    server = Postgres(folder / "postgres")
    server.start()
    yield server
    servers.discard(folder)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """On that server, so that the site stands on it."""
    with in_use(postgres.url()) as database:
        migrate(database.engine)
        with Session(database.engine) as session:
            whole.build(session)
            session.commit()
        yield database


@contextmanager
def frozen(postgres: Postgres) -> Iterator[None]:
    """Every process of it stops where it is: it neither answers nor hangs up."""
    everybody = family(postgres)
    for process in everybody:
        process.suspend()
    try:
        yield
    finally:
        for process in everybody:
            process.resume()


@contextmanager
def killed(postgres: Postgres) -> Iterator[None]:
    for process in family(postgres):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    try:
        yield
    finally:
        postgres.start()


def family(postgres: Postgres) -> list[psutil.Process]:
    head = psutil.Process(int((postgres.data / "postmaster.pid").read_text().split()[0]))
    return [head, *head.children(recursive=True)]


Away = Callable[[Postgres], "contextmanager[None]"]


@dataclass
class Asked:
    """What people were told while it was away, and how soon."""

    statuses: Counter[int] = field(default_factory=Counter)
    worst: float = 0.0
    unclear: list[str] = field(default_factory=list)
    """Answers of 503 without the sentence or without Retry-After, and requests without an answer."""

    def ask(self, http: httpx.Client, path: str) -> None:
        began = time.monotonic()
        try:
            answer = http.get(path)
        except httpx.HTTPError as trouble:
            self.unclear.append(type(trouble).__name__)
            return
        finally:
            self.worst = max(self.worst, time.monotonic() - began)
        self.statuses[answer.status_code] += 1
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and not (
            SENTENCE in answer.text and answer.headers.get("retry-after")
        ):
            self.unclear.append(answer.text[:200])

    def ask_for(self, http: httpx.Client, seconds: float) -> None:
        """Ten people at once, again and again."""
        ends = time.monotonic() + seconds

        def one(number: int) -> None:
            while time.monotonic() < ends:
                self.ask(http, PAGES[number % len(PAGES)])
                time.sleep(0.3)

        with ThreadPoolExecutor(10) as people:
            list(people.map(one, range(10)))


@pytest.mark.gate("O2")
def test_who_asks_is_told_in_time_and_the_first_after_it_is_served(
    site: Site, postgres: Postgres, gate: Gate
) -> None:
    site.start("worker", "schedule")
    with browser(site) as http, stream(site) as heard:
        for way in (frozen, killed):
            warm(http)
            be_away(way, postgres, site, http, heard, gate)


def be_away(
    way: Away, postgres: Postgres, site: Site, http: httpx.Client, heard: threading.Event, gate: Gate
) -> None:
    seconds = gate.size(4, 30)
    asked = Asked()
    with way(postgres), ThreadPoolExecutor(1) as beside:
        asking = beside.submit(asked.ask_for, http, seconds)
        time.sleep(seconds / 2)
        health = [httpx.get(f"{site.url}/health/{kind}", trust_env=False).status_code for kind in KINDS]
        asking.result()
    first = http.get("/deals").status_code
    heard.clear()
    recovered = wait_for(lambda: told(http, heard), PATIENCE_SECONDS)
    relayed = wait_for(nothing_untold, PATIENCE_SECONDS)

    name = way.__name__
    gate.report(
        f"{name} for {seconds} s: answers {dict(asked.statuses)} in {asked.worst:.1f} s at most, "
        f"{len(asked.unclear)} unclear {asked.unclear[:3] or ''}, live {health[0]}, ready {health[1]}",
        ok=set(asked.statuses) <= {200, 503}
        and asked.statuses[503] > 0
        and not asked.unclear
        and asked.worst <= TOLD_SECONDS
        and health == [200, 503],
        **{f"{name}_worst_seconds": asked.worst},
    )
    gate.report(
        f"first request after it {first}; an open page hears of changes in {recovered:.1f} s, "
        f"the worker works in {relayed:.1f} s",
        ok=first == httpx.codes.OK and max(recovered, relayed) < PATIENCE_SECONDS,
    )


@pytest.mark.control("O2")
def test_without_its_guards_the_site_breaks_and_hangs(site: Site, postgres: Postgres, gate: Gate) -> None:
    site.kill("web-1", "web-2")
    for name, program in site.programs.items():
        command = [
            "tests.faults.careless_site" if word == "web.run.site" else word for word in program.command
        ]
        site.programs[name] = replace(program, command=command)
    site.start("web-1", "web-2")
    site.wait_until_open()
    with browser(site, patience=TOLD_SECONDS + 1) as http:
        warm(http)
        hung, broken = Asked(), Asked()
        with frozen(postgres):
            hung.ask_for(http, 1)
        with killed(postgres):
            broken.ask_for(http, 2)
    gate.report(
        f"unguarded: killed, answers {dict(broken.statuses)}; frozen, an answer took {hung.worst:.1f} s",
        ok=broken.statuses[500] > 0 and hung.worst > TOLD_SECONDS,
    )


def browser(site: Site, patience: float = PATIENCE_SECONDS) -> httpx.Client:
    return httpx.Client(base_url=site.url, trust_env=False, timeout=patience, **passport("anna"))  # type: ignore[arg-type]


def warm(http: httpx.Client) -> None:
    """Both processes have connections that will turn out dead."""
    Asked().ask_for(http, 1)


@contextmanager
def stream(site: Site) -> Iterator[threading.Event]:
    """A live page of Boris: the event is set whenever it hears of the deal; opened again when it ends."""
    heard, over = threading.Event(), threading.Event()

    def listen() -> None:
        with httpx.Client(base_url=site.url, trust_env=False, timeout=20, **passport("boris")) as http:  # type: ignore[arg-type]
            while not over.is_set():
                with suppress(httpx.HTTPError), http.stream("GET", "/live?topics=deal-1") as lines:
                    for line in lines.iter_lines():
                        if line.startswith("data:"):
                            heard.set()
                        if over.is_set():
                            return
                over.wait(0.5)

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield heard
    finally:
        over.set()
        listener.join(PATIENCE_SECONDS * 2)


def told(http: httpx.Client, heard: threading.Event) -> bool:
    http.post("/deals/1/comments", data={"text": "слышно?"})
    return heard.wait(0.5)


def nothing_untold() -> bool:
    with work.unit_of_work(read_only=True) as session:
        return session.connection().exec_driver_sql("select count(*) from event_unrelayed").scalar_one() == 0
