"""Where a deed is carried out: a prepared database and a demo 1C, both put back before every try."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.sheets.models import StockExport, StockImport
from domain.exchange.models import Connection, Message, MessageState
from domain.kernel import clock
from jobs.clients import onec_odata
from jobs.connections import connect
from jobs.onec_demo.app import create
from tests.faults import states
from tests.faults.states import State
from tests.fixtures import in_use
from tests.jobs.conftest import PASSWORD_VARIABLE, flat
from tests.onec_demo.client import serving
from tests.servers import Databases

NO_VALKEY = "redis://127.0.0.1:1/0"
TABLES_OF_1C = ("rows", "counters", "settings")
Kept = dict[str, list[tuple[Any, ...]]]


@dataclass
class Ended:
    killed: bool
    steps: list[str]
    trouble: str


@dataclass
class Dying:
    """The process that carries out deeds in children, see `dying`."""

    program: subprocess.Popen[str]

    def carry_out(
        self, url: str, deed: str, args: list[Any], *, die_at: int = 0, twins: int = 1
    ) -> list[Ended]:
        order = {"url": url, "deed": deed, "args": args, "die_at": die_at, "twins": twins}
        assert self.program.stdin and self.program.stdout
        self.program.stdin.write(json.dumps(order) + "\n")
        self.program.stdin.flush()
        return [Ended(**told) for told in json.loads(self.program.stdout.readline())]


@contextmanager
def dying(root: Path, password: str) -> Iterator[Dying]:
    environment = os.environ | {"REDIS_URL": NO_VALKEY, PASSWORD_VARIABLE: password}
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.dying"],
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        yield Dying(program)
        assert program.stdin
        program.stdin.close()


@dataclass
class Demo1C:
    """The demo 1C of this module: its file can be copied and put back, versions and all."""

    file: Path
    address: str
    login: str
    password: str

    def kept(self) -> Kept:
        with sqlite3.connect(self.file) as file:
            return {table: file.execute(f"select * from {table}").fetchall() for table in TABLES_OF_1C}

    def put_back(self, kept: Kept) -> None:
        with sqlite3.connect(self.file) as file:
            for table, rows in kept.items():
                file.execute(f"delete from {table}")
                if rows:
                    marks = ",".join("?" * len(rows[0]))
                    file.executemany(f"insert into {table} values ({marks})", rows)

    def state(self) -> State:
        return states.of_1c(httpx.get(f"{self.address}/control/documents", trust_env=False).json())


@contextmanager
def demo_1c(folder: Path) -> Iterator[Demo1C]:
    (folder / "units.json").write_text(json.dumps([flat(number) for number in range(1, 13)]), "utf-8")
    application = create(folder / "base.sqlite", units_file=folder / "units.json")
    user = application.demo.user
    with serving(application) as address:
        yield Demo1C(folder / "base.sqlite", address, user.login, user.password)


@dataclass
class Set:
    """A database to clone and the 1C that belongs to it."""

    template: str
    base: Kept
    args: list[Any] = field(default_factory=list)


def let_go(databases: Databases, url: str) -> None:
    """Nobody is in the database any more, also not the site of other tests with its ear for news."""
    name = sa.make_url(url).database
    others = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    databases._do(others)


@dataclass
class Scene:
    databases: Databases
    base_1c: Demo1C
    dying: Dying

    @contextmanager
    def prepared(self, on: Set, prepare: Callable[[], list[Any]]) -> Iterator[Set]:
        """What `prepare` makes of the set; it works in this process."""
        self.base_1c.put_back(on.base)
        with self.databases.new(on.template, "prepared") as url:
            with in_use(url):
                args = prepare()
                onec_odata.hang_up()
            let_go(self.databases, url)
            yield Set(str(sa.make_url(url).database), self.base_1c.kept(), args)

    @contextmanager
    def open(self, on: Set) -> Iterator["Stage"]:
        self.base_1c.put_back(on.base)
        with self.databases.new(on.template, "stage") as url:
            engine = connect(url)
            yield Stage(self, url, on.args, engine)
            engine.dispose()


@dataclass
class Stage:
    """One try: a copy of the set that nobody has touched yet."""

    scene: Scene
    url: str
    args: list[Any]
    engine: sa.Engine

    def carry_out(self, deed: str, *, die_at: int = 0, twins: int = 1) -> list[Ended]:
        return self.scene.dying.carry_out(self.url, deed, self.args, die_at=die_at, twins=twins)

    def let_time_pass(self) -> None:
        """Leases run out, pauses end, put-off tries and the next look are due."""
        past = clock.now().replace(year=2026, month=1)
        with Session(self.engine) as session:
            session.execute(
                sa.update(Message).where(col(Message.state) == MessageState.WORKING).values(lease_until=past)
            )
            session.execute(
                sa.update(Message).where(col(Message.state) == MessageState.QUEUED).values(due_at=past)
            )
            session.execute(sa.update(Connection).values(polled_at=None, paused_until=None))
            for kind in (StockImport, StockExport):
                session.execute(sa.update(kind).values(taken_at=None))
            session.commit()

    def came_to(self) -> tuple[State, State]:
        """Here and in 1C."""
        with Session(self.engine) as session:
            return states.state(session), self.scene.base_1c.state()
