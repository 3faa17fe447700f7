"""Twenty thousand units at once, by a worker of its own, while people look at boards."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain.access import User
from domain.demo import load
from domain.estate.models import Project
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master
from domain.kernel import clock
from tests.bench.processes import Process, backends, cpu_of_process, web_process
from tests.sites import HTMX

UNITS = (4_000, 20_000)
EVERY_SECONDS = 0.2
"""Between an answer and the next look."""
USUAL_SECONDS = 2
PATIENCE_SECONDS = 300
BOARDS = ("its own building", "another building")
RISE = {"rule": "percent", "value": "3", "step": "1000"}
ONE_PROJECT = """
    with loaded as (select id from project where name = any(:names))
    update building set project_id = (select min(id) from loaded) from loaded where project_id = loaded.id
    returning project_id
"""


@contextmanager
def worker(database) -> Iterator["Worker"]:
    running = subprocess.Popen([sys.executable, "-m", "jobs.worker"], stderr=subprocess.DEVNULL)
    try:
        yield Worker(running.pid, str(database.engine.url.database))
    finally:
        running.terminate()
        running.wait(30)


@dataclass
class Worker:
    pid: int
    database: str

    def spent(self) -> float:
        """Seconds of CPU of the worker and of the database's backends, those of the site among them."""
        return cpu_of_process(self.pid) + sum(map(cpu_of_process, backends(self.database)))


@contextmanager
def looking(process: Process, pages: dict[str, str]) -> Iterator[dict[str, float]]:
    """Somebody asks for each page again and again; yields the slowest answer of each, in seconds."""
    slowest = dict.fromkeys(pages, 0.0)
    over = threading.Event()

    def look(name: str) -> None:
        while not over.wait(EVERY_SECONDS):
            began = time.perf_counter()
            statuses.add(boris.get(pages[name], headers=HTMX).status_code)
            slowest[name] = max(slowest[name], time.perf_counter() - began)

    statuses: set[int] = set()
    threads = [threading.Thread(target=look, args=(name,)) for name in pages]
    with process.client("boris") as boris:
        for thread in threads:
            thread.start()
        try:
            yield slowest
        finally:
            over.set()
            for thread in threads:
                thread.join()
    assert statuses == {200}


@pytest.fixture
def stock(database, session: Session, boris: User, gate) -> Project:
    """A project of many buildings whose units are all for sale, and price lists are its master."""
    with Session(database.engine) as owner:
        load.fill(owner, load.Load(units=gate.size(*UNITS)), now=clock.now(), told=lambda _words: None)
        project_id = owner.execute(sa.text(ONE_PROJECT), {"names": list(load.PROJECTS)}).scalars().first()
        owner.execute(sa.text("update unit set availability = 'on_sale'"))
        owner.commit()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum (analyze)")
    project = session.get_one(Project, project_id)
    keep_rules(session, project, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    session.commit()
    return project


def asked(database, statement: str, **values: object) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(sa.text(statement), values).scalar_one())


def until(database, statement: str, **values: object) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not asked(database, statement, **values):
        assert time.monotonic() < deadline, statement
        time.sleep(0.05)


@pytest.mark.gate("B12")
def test_a_price_list_of_twenty_thousand_units(gate, database, valkey, stock, building, tmp_path):
    """Pressed by the head, carried by the worker; the boards and the progress are what people have open."""
    house = asked(database, "select min(id) from building where project_id = :project", project=stock.id)
    with (
        web_process(database, tmp_path) as process,
        worker(database) as hand,
        process.client("boris") as head,
    ):
        address = head.post("/prices/lists", data=RISE | {"project": str(stock.id)}).headers["Location"]
        open_pages = {
            "its own building": f"/estate/{stock.id}/chessboard?building={house}",
            "another building": f"/estate/{building.project_id}/chessboard?building={building.id}",
            "the progress": address,
        }

        def carried(deed: str, state: str) -> tuple[float, float, dict[str, float]]:
            before, began = hand.spent(), time.perf_counter()
            with looking(process, open_pages) as slowest:
                assert head.post(f"{address}/{deed}", headers=HTMX).status_code == 200
                until(database, "select state = :state from price_list", state=state)
                took = time.perf_counter() - began
            return took, hand.spent() - before, slowest

        for page in open_pages.values():
            head.get(page)
        with looking(process, open_pages) as usual:
            time.sleep(USUAL_SECONDS)
        there, cpu, slowest = carried("application", "applied")
        back, cpu_back, slowest_back = carried("undo", "undone")

    units = asked(database, "select count(*) from price_list_line where state = 'undone'")
    assert units == gate.size(*UNITS)
    boards = max(max(seen[name] for name in BOARDS) for seen in (slowest, slowest_back))
    gate.report(
        f"{units} units: {there:.1f} s, undone in {back:.1f} s; {cpu:.1f} and {cpu_back:.1f} s of CPU of the "
        f"worker and PostgreSQL; the slowest answers of {told(slowest)} (before it {told(usual)})",
        ok=max(there, back) <= 10 and boards <= 1,
        seconds=there,
        undone=back,
        board=boards,
    )


def told(slowest: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest.items())
