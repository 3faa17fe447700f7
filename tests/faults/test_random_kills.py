"""R6: whoever is killed, whatever was acknowledged is there, and 1C has every booking once."""

import faulthandler
import random
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from psycopg.types.json import Jsonb
from sqlmodel import Session, select

from domain.deals.models import Deal
from domain.demo.onec import BASE
from domain.estate import Availability, Unit
from domain.exchange import odata
from domain.exchange.models import Connection, MessageState
from domain.exchange.odata import Row
from domain.exchange.outbox import RESERVATION as OUTBOX
from tests.faults.clerks import PATIENCE_SECONDS, Clerk, at_work, sign_in
from tests.faults.killer import Killer, programs_of
from tests.faults.ledger import Ledger
from tests.faults.reckoning import Answer, at_rest, compared, wait_for, written
from tests.gates import Gate
from tests.jobs.conftest import RESERVATION, book, drain, told
from tests.jobs.conftest import base_1c as base_1c  # noqa: PLC0414  the fixtures of couriers, for the control
from tests.jobs.conftest import connection as connection  # noqa: PLC0414
from tests.jobs.conftest import impatient as impatient  # noqa: PLC0414
from tests.jobs.conftest import matched as matched  # noqa: PLC0414
from tests.jobs.conftest import served_1c as served_1c  # noqa: PLC0414
from tests.onec_demo.client import OneC
from tests.run.conftest import Installation, Started
from tests.run.conftest import installation as installation  # noqa: PLC0414  the fixture, for this file
from web.run.postgres import Postgres

SECONDS, KILL_EVERY_SECONDS = 300, (3.5, 5.2)
START_SECONDS, WHOLE_SECONDS = 150, 590
LAST_WORDS = 100
CLERKS, LOGINS = 10, ("anna", "maria", "timur", "boris")
CLERK_PAUSE_SECONDS = 0.25
WEATHER = (("error_before", 0.03), ("hang_after", 0.03))
LEAST_WRITES, LEAST_KILLS = 1_000, 60
DRAIN_SECONDS, RECOVERY_SECONDS = 60, 10
TWINS, ANSWERS_LOST = 10, 0.5


@dataclass
class World:
    """The running installation with its demo 1C, and a look behind its back."""

    installation: Installation
    started: Started
    onec: httpx.Client

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.installation.settings['KARKAS_PORT']}"

    def ask(self, statement: str) -> Answer:
        with Postgres(self.installation.home / "postgres").connect("karkas") as connection:
            return connection.execute(statement.encode()).fetchall()

    def documents(self) -> list[Row]:
        told = self.onec.get("/control/documents", params={"set": RESERVATION}).json()
        return list(told[RESERVATION])


@pytest.fixture
def world(installation: Installation) -> Iterator[World]:
    faulthandler.dump_traceback_later(WHOLE_SECONDS, exit=True, file=sys.__stderr__)  # instead of the usual
    installation.settings["KARKAS_DEMO"] = "1"
    port = int(installation.settings["KARKAS_PORT"])
    started = installation.start("run")
    started.wait_for("stand-in of 1C", seconds=START_SECONDS)
    with read_out(started), httpx.Client(base_url=f"http://127.0.0.1:{port + 1}", trust_env=False) as onec:
        world = World(installation, started, onec)
        wait_for(lambda: at_rest(world.ask), 120)  # the bookings of the demo itself go to 1C first
        yield world
        started.process.terminate()
        started.process.wait(30)
    print("".join(started.lines[-LAST_WORDS:]))  # noqa: T201  shown when the gate is red


@contextmanager
def read_out(started: Started) -> Iterator[None]:
    """Whatever it says is read, or it would stop at a full pipe."""
    assert started.process.stdout is not None
    reader = threading.Thread(target=started.lines.extend, args=(started.process.stdout,), daemon=True)
    reader.start()
    yield


@pytest.mark.gate("R6", long=True)
def test_what_was_acknowledged_outlives_any_death(world: World, gate: Gate) -> None:
    ledger = Ledger()
    clerks, before = clerks_of(world, ledger, gate.random), written(world.ask)
    killer = Killer(programs_of(world.installation, world.started), gate.random)
    with short_patience(world), bad_weather(world.onec, gate.seed), at_work(clerks):
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            time.sleep(gate.random.uniform(*KILL_EVERY_SECONDS))
            killer.kill_one()
        time.sleep(RECOVERY_SECONDS)  # the last kill has its time too
    drained = wait_for(lambda: at_rest(world.ask), DRAIN_SECONDS * 3)

    found = written(world.ask) - before
    missing, invented = ledger.missing(found), ledger.invented(found)
    there = compared(world.ask, world.documents())
    recoveries, (stretch, deaths) = killer.recoveries(ledger)
    slowest = max(recoveries, key=lambda name: recoveries[name])
    writes = ledger.acknowledged.total()
    errors = [error for clerk in clerks for error in clerk.errors]

    gate.report(
        f"{SECONDS} s, {len(killer.kills)} kills ({killer.counts()}): {writes} writes acknowledged, "
        f"{ledger.unknown.total()} answers lost, {ledger.refused.total()} refused",
        ok=len(killer.kills) >= LEAST_KILLS and writes >= LEAST_WRITES,
        kills=len(killer.kills),
        writes=writes,
    )
    gate.report(
        f"{missing.total()} of them lost, {invented.total()} there twice; {len(errors)} answers of 500",
        ok=not missing and not invented and not errors,
    )
    gate.report(
        f"1C drained in {drained:.0f} s: {there.say()}",
        ok=drained <= DRAIN_SECONDS and there.is_as_here,
        drained_seconds=drained,
    )
    gate.report(
        f"worst recovery {recoveries[slowest]:.1f} s, after a kill of {slowest}; "
        f"longest without a write {stretch:.1f} s, in which were killed: {', '.join(deaths)}",
        ok=recoveries[slowest] <= RECOVERY_SECONDS,
        stretch_seconds=stretch,
        **{f"recovery_{name}_seconds": seconds for name, seconds in recoveries.items()},
    )


def clerks_of(world: World, ledger: Ledger, chance: random.Random) -> list[Clerk]:
    """Ten people; each has flats of their own, so that they do not wait for each other."""
    flats = [
        int(str(row[0]))
        for row in world.ask(
            "select id from unit where kind = 'flat' and availability = 'on_sale' and price is not null "
            "and not exists (select from booking where unit_id = unit.id and state = 'active') order by id"
        )
    ]
    stages = [
        int(str(row[0]))
        for row in world.ask(
            "select stage.id from stage join funnel on funnel.id = funnel_id "
            "order by funnel.position, stage.position limit 2"
        )
    ]
    passports = {login: sign_in(world.address, login) for login in LOGINS}
    return [
        Clerk(
            name=f"R6-{number}",
            http=httpx.Client(
                base_url=world.address,
                trust_env=False,
                timeout=PATIENCE_SECONDS,
                **passports[LOGINS[number % len(LOGINS)]],  # type: ignore[arg-type]
            ),
            ledger=ledger,
            chance=random.Random(chance.random()),
            flats=flats[number::CLERKS],
            stages=stages,
            pause=CLERK_PAUSE_SECONDS,
        )
        for number in range(CLERKS)
    ]


@contextmanager
def short_patience(world: World) -> Iterator[None]:
    """We do not wait long for an answer of 1C that will not come."""
    with Postgres(world.installation.home / "postgres").connect("karkas") as connection:
        patience = Jsonb({"timeout_seconds": 1})
        connection.execute("update connection set mapping = %s where name = %s", [patience, BASE])
    yield


@contextmanager
def bad_weather(onec: httpx.Client, seed: int) -> Iterator[None]:
    for number, (kind, probability) in enumerate(WEATHER):
        fault = {"kind": kind, "probability": probability, "seed": seed + number}
        onec.post("/control/faults", json=fault).raise_for_status()
    yield
    onec.delete("/control/faults").raise_for_status()


@pytest.mark.control("R6", long=True)
def test_without_a_key_of_our_own_lost_answers_make_twins(
    impatient: Connection,
    base_1c: OneC,
    ivanov_deal: Deal,
    session: Session,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A courier that cannot recognise what an earlier try of its own has left in 1C."""
    monkeypatch.setattr(odata, "own_key", lambda *of: str(uuid.UUID(int=gate.random.getrandbits(128))))
    lost = {"methods": ["POST"], "path": RESERVATION, "probability": ANSWERS_LOST, "seed": gate.seed}
    base_1c.fault("drop_after", **lost)
    flats = session.exec(select(Unit).where(Unit.availability == Availability.ON_SALE)).all()

    for flat in flats:
        book(flat, ivanov_deal)
    drain()
    while any(message.state is MessageState.QUEUED for message in told(OUTBOX)):
        drain(hurry=True)

    documents = len(base_1c.rows(RESERVATION))
    gate.report(
        f"without our key {len(flats)} bookings became {documents} documents",
        ok=documents - len(flats) >= TWINS,
        twins=documents - len(flats),
    )
