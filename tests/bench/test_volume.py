"""Twenty thousand units at once, by a worker of its own, while people look at boards."""

import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain.access import User
from domain.demo import load
from domain.estate.models import Project
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master
from domain.files.examining import EXCEL
from domain.kernel import clock
from jobs import queue
from tests.bench.processes import Process, backends, cpu_of_process, web_process
from tests.domain.estate.workbooks import book
from tests.sites import HTMX

UNITS = (4_000, 20_000)
EVERY_SECONDS = 0.2
"""Between an answer and the next look."""
USUAL_SECONDS = 2
AS_LONG = 3
"""As looking into a workbook takes, taking it over may take so many times."""
PATIENCE_SECONDS = 300
BOARDS = ("its own building", "another building")
RISE = {"rule": "percent", "value": "3", "step": "1000"}
ONE_PROJECT = """
    with loaded as (select id from project where name = any(:names))
    update building set project_id = (select min(id) from loaded) from loaded where project_id = loaded.id
    returning project_id
"""

PLACES = """
    select unit.id, price, floor.number as floor, section.number as section, building.name as building,
           project.name as project
      from unit join floor on floor.id = floor_id join section on section.id = section_id
      join building on building.id = building_id join project on project.id = project_id
     where project_id = :project order by unit.id
"""


@contextmanager
def worker(database) -> Iterator["Worker"]:
    """Yields when it waits for work: its modules are a third of what it ever holds."""
    with tempfile.NamedTemporaryFile() as log:
        running = subprocess.Popen([sys.executable, "-m", "jobs.worker"], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while "worker started" not in Path(log.name).read_text():
                assert time.monotonic() < deadline, Path(log.name).read_text()
                time.sleep(0.05)
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

    def memory(self) -> float:
        """Megabytes it had at the most."""
        kilobytes = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())
        return int(kilobytes[1]) / 1024 if kilobytes else 0.0


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
            "the progress": f"{address}?at=work",
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


@pytest.mark.gate("B13")
def test_a_workbook_of_twenty_thousand_rows(gate, database, valkey, stock, tmp_path):
    """Sent by the administrator, carried by the worker; every row asks for something."""
    content = book(*rows_of(database, stock.id))
    files = {"file": ("stock.xlsx", content, EXCEL.media_type)}
    with (
        web_process(database, tmp_path) as process,
        worker(database) as hand,
        process.client("admin") as admin,
    ):
        admin.get("/estate")
        before = hand.memory()

        def cpu() -> float:
            return process.cpu() + hand.spent()  # a small file is looked into while the person waits

        def carried(address: str, state: str, **sent: object) -> tuple[float, float]:
            spent, began = cpu(), time.perf_counter()
            assert admin.post(address, headers=HTMX, **sent).status_code == 200
            queue.enqueue("stock_import", asked(database, "select id from stock_import"))  # as the clock does
            until(database, "select count(*) from stock_import where step = :state", state=state)
            return time.perf_counter() - began, cpu() - spent

        looked, cpu_looked = carried("/estate/imports", "checked", files=files)
        number = asked(database, "select id from stock_import")
        taken, cpu_taken = carried(f"/estate/imports/{number}/application", "done")
        back, cpu_back = carried(f"/estate/imports/{number}/undoing", "undone")
        more = hand.memory() - before

    count = asked(database, "select count(*) from stock_import_row where outcome = 'returned'")
    assert count == gate.size(*UNITS)
    gate.report(
        f"{count} rows: looked into in {looked:.1f} s, taken over in {taken:.1f}, taken back in {back:.1f}; "
        f"{cpu_looked:.1f}, {cpu_taken:.1f} and {cpu_back:.1f} s of CPU of all processes; "
        f"the worker grew by {more:.0f} MB at the most",
        ok=max(cpu_taken, cpu_back) <= AS_LONG * cpu_looked and more <= 150,
        seconds=taken,
        times=cpu_taken / cpu_looked,
        megabytes=more,
    )


def rows_of(database, project_id: int) -> Iterator[dict[str, object]]:
    """New prices for all, features or another state for some; each tenth is a new unit."""
    with database.engine.connect() as connection:
        for number, unit in enumerate(connection.execute(sa.text(PLACES), {"project": project_id})):
            place = {"ЖК": unit.project, "Дом": unit.building, "Подъезд": unit.section, "Этаж": unit.floor}
            if number % 10 == 9:
                yield place | {"Номер": f"Н{unit.id}", "Площадь общая, м²": 31, "Цена": 5_000_000}
            else:
                yield {
                    "Код": unit.id, "Цена": float(unit.price) + 1000,
                    "Площадь кухни, м²": 19.5 if number % 2 else None,
                    "Доступность": "Не в продаже" if number % 5 == 0 else None,
                }  # fmt: skip


def told(slowest: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest.items())
