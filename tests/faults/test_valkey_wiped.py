"""R7: Valkey emptied, killed and its file deleted under load: slower at most, and nothing is lost."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dramatiq
import httpx
import pytest
import redis
import sqlalchemy as sa
from dramatiq.brokers.redis import RedisBroker
from sqlmodel import Session, col, select

from domain.deals.models import Deal, Stage
from domain.estate import Availability, Unit
from domain.exchange.models import Connection
from jobs.work import unit_of_work
from tests.faults.clerks import DONE, PATIENCE_SECONDS, Clerk, at_work, undo_of
from tests.faults.ledger import Ledger
from tests.faults.reckoning import Answer, at_rest, compared, wait_for, written
from tests.fixtures import RUN_FOLDER
from tests.gates import Gate
from tests.jobs.conftest import RESERVATION
from tests.jobs.conftest import base_1c as base_1c  # noqa: PLC0414  the fixtures of couriers
from tests.jobs.conftest import connection as connection  # noqa: PLC0414
from tests.jobs.conftest import matched as matched  # noqa: PLC0414
from tests.jobs.conftest import served_1c as served_1c  # noqa: PLC0414
from tests.onec_demo.client import OneC
from tests.sites import Site, passport
from web.run.valkey import Valkey

CLERKS = ("anna", "maria", "timur")
DRAIN_SECONDS = 60
SLOWER_SECONDS = 1.0
JOBS = 20
BUSY_WITH_FLATS = (30, 10, 30, 30)


def ask(statement: str) -> Answer:
    with unit_of_work(read_only=True) as session:
        return [tuple(row) for row in session.execute(sa.text(statement))]


@dataclass
class Looker:
    """Somebody who signs in, looks around and books, and how long each answer took."""

    http: httpx.Client
    ledger: Ledger
    flat: int
    deal: int
    worst: dict[str, float] = field(default_factory=dict)

    def look_for(self, seconds: float) -> dict[str, float]:
        """The longest wait for an answer of each kind. Raises when an answer is not the right one."""
        self.worst = {}
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._look()
        return self.worst

    def _look(self) -> None:
        with httpx.Client(base_url=self.http.base_url, trust_env=False, timeout=PATIENCE_SECONDS) as stranger:
            form = {"login": "boris", "password": "karkas"}
            self._timed("sign-in", lambda: stranger.post("/sign-in", data=form), DONE)
        self._timed("chessboard", lambda: self.http.get("/estate/1/chessboard"))
        self._timed("kanban", lambda: self.http.get("/deals"))
        wish = {"deal_id": str(self.deal), "days": "1"}
        with self.ledger.writing("booking", self.flat, self.deal):
            told = self._timed(
                "booking", lambda: self.http.post(f"/units/{self.flat}/booking", data=wish), DONE
            )
        with self.ledger.writing("cancellation", int(undo_of(told).split("/")[2])):
            self._timed("cancellation", lambda: self.http.post(undo_of(told)), DONE)

    def _timed(
        self, kind: str, ask: Callable[[], httpx.Response], right: int = httpx.codes.OK
    ) -> httpx.Response:
        began = time.monotonic()
        answer = ask()
        self.worst[kind] = max(self.worst.get(kind, 0.0), time.monotonic() - began)
        assert answer.status_code == right, f"{kind}: {answer.status_code}"
        return answer


@pytest.mark.gate("R7")
def test_a_wiped_valkey_costs_time_and_nothing_else(
    matched: Connection, base_1c: OneC, site: Site, session: Session, gate: Gate
) -> None:
    site.start("worker", "schedule")
    first, *flats = session.exec(select(Unit.id).where(Unit.availability == Availability.ON_SALE)).all()
    stages = session.exec(select(Stage.id).order_by(col(Stage.position)).limit(2)).all()
    deal = session.exec(select(Deal.id)).first()
    session.rollback()
    ledger, before = Ledger(), written(ask)
    clerks = [
        Clerk(
            name=f"R7-{number}",
            http=browser(site, login),
            ledger=ledger,
            chance=random.Random(gate.random.random()),
            flats=list(flats[number :: len(CLERKS)]),
            stages=list(stages),
            pause=0.2,
            deeds=BUSY_WITH_FLATS,
        )
        for number, login in enumerate(CLERKS)
    ]
    with browser(site, "anna") as http, at_work(clerks):
        looker = Looker(http, ledger, first, deal)
        usual = looker.look_for(gate.size(3, 10))
        with away():
            slower = looker.look_for(gate.size(5, 20))
    drained = wait_for(lambda: at_rest(ask), DRAIN_SECONDS)

    found = written(ask) - before
    missing, invented = ledger.missing(found), ledger.invented(found)
    there = compared(ask, base_1c.rows(RESERVATION))
    delay = max(slower[kind] - usual[kind] for kind in usual)
    gate.report(
        f"{ledger.acknowledged.total()} writes acknowledged, {missing.total()} lost, "
        f"{invented.total()} twice, {ledger.unknown.total()} unanswered; "
        f"queue empty {drained:.1f} s after Valkey was back; 1C: {there.say()}",
        ok=not missing
        and not invented
        and not ledger.unknown
        and there.is_as_here
        and drained < DRAIN_SECONDS,
        drained_seconds=drained,
    )
    worst = ", ".join(f"{kind} {slower[kind]:.2f} s ({usual[kind]:.2f})" for kind in usual)
    gate.report(
        f"without Valkey (with it) at worst: {worst}", ok=delay <= SLOWER_SECONDS, delay_seconds=delay
    )


@pytest.mark.control("R7")
def test_a_job_sent_through_valkey_alone_is_lost(valkey: redis.Redis, gate: Gate) -> None:
    done: list[int] = []
    broker = RedisBroker(url=os.environ["REDIS_URL"])
    actor = dramatiq.actor(done.append, broker=broker, queue_name="r7", actor_name="r7")
    for number in range(JOBS):
        actor.send(number)
    with away():
        pass
    actor.send(JOBS)
    worker = dramatiq.Worker(broker, worker_timeout=50)
    worker.start()
    wait_for(lambda: JOBS in done, 20)
    worker.stop()
    broker.close()

    lost = JOBS + 1 - len(done)
    gate.report(f"of {JOBS} jobs sent through Valkey alone {lost} are lost", ok=lost == JOBS and JOBS in done)


def browser(site: Site, login: str) -> httpx.Client:
    return httpx.Client(base_url=site.url, trust_env=False, timeout=PATIENCE_SECONDS, **passport(login))  # type: ignore[arg-type]


@contextmanager
def away() -> Iterator[None]:
    """Emptied, killed, its file deleted; back, knowing nothing, at the end."""
    server = Valkey(RUN_FOLDER / "valkey")
    with redis.Redis.from_url(server.url()) as client:
        pid = int(client.info("server")["process_id"])
        client.flushall()
    os.kill(pid, signal.SIGKILL)
    shutil.rmtree(server.data / "appendonlydir")
    try:
        yield
    finally:
        server.start()
