"""Workers killed, Valkey wiped, PostgreSQL deaf, 1C failing: every booking is in 1C once, as it is here."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from redis import Redis
from sqlmodel import Session, col, select

from domain.access import User
from domain.deals.models import Deal
from domain.estate import Availability, Booking, BookingState, Unit, booking, claims
from domain.events.models import Unrelayed
from domain.exchange import odata
from domain.exchange.models import Connection, Direction, Message, MessageState
from domain.kernel import clock
from jobs.work import unit_of_work
from tests.fixtures import RUN_FOLDER
from tests.jobs.conftest import RESERVATION, cancel
from tests.onec_demo.conftest import OneC
from web.run.valkey import Valkey

SEED = int(os.environ.get("KARKAS_STORM_SEED", "20261121"))
ACTIONS = 45
KILLS = 5
CALM_SECONDS = 120.0
WEATHER = (("error_before", 0.05), ("error_after", 0.05), ("drop_after", 0.05), ("hang_after", 0.02))


class Processes:
    """Two workers and two schedulers, as on two machines; whatever is killed is started again."""

    def __init__(self) -> None:
        self.running = [
            self.start(name) for name in ("jobs.worker", "jobs.worker", "jobs.schedule", "jobs.schedule")
        ]

    def start(self, name: str) -> tuple[str, subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", name]
        return name, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_one(self, chance: random.Random) -> None:
        place = chance.randrange(len(self.running))
        name, process = self.running[place]
        process.kill()
        process.wait()
        self.running[place] = self.start(name)

    def end(self) -> None:
        for _name, process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def processes(impatient: Connection) -> Iterator[Processes]:
    processes = Processes()
    yield processes
    processes.end()


def hurry() -> None:
    """Time passes faster: next tries are due, pauses end, some leases run out, and not only of the dead."""
    queued, working = (col(Message.state) == state for state in (MessageState.QUEUED, MessageState.WORKING))
    now = clock.now()
    with unit_of_work() as session:
        session.execute(sa.update(Message).where(queued, col(Message.due_at) > now).values(due_at=now))
        session.execute(sa.update(Message).where(working, Message.id % 3 == 0).values(lease_until=now))
        session.execute(sa.update(Connection).values(paused_until=None))


def act(chance: random.Random, flats: list[int], deal_id: int, anna_id: int) -> None:
    """Book a random flat, or give it back."""
    with unit_of_work() as session:
        flat, anna = session.get_one(Unit, chance.choice(flats)), session.get_one(User, anna_id)
        held = claims.active(session, flat, now=clock.now())
        if held is None:
            booking.book(session, flat, deal_id=deal_id, days=chance.choice((1, 3)), by=anna, now=clock.now())
        elif chance.random() < 0.3 and held.extensions == 0:
            booking.extend(session, held, days=3, by=anna, now=clock.now())
        else:
            booking.cancel(session, held, by=anna, now=clock.now())


def lose_valkey(valkey: Redis) -> None:
    """All it held is gone, and where the server is ours it is away itself for a while."""
    valkey.flushall()
    if "TEST_REDIS_URL" not in os.environ:
        server = Valkey(RUN_FOLDER / "valkey")
        server.stop()
        shutil.rmtree(server.data / "appendonlydir", ignore_errors=True)
        time.sleep(1)
        server.start()


def throw_everybody_out() -> None:
    """What a restart of PostgreSQL looks like to its clients."""
    others = "pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'"
    with unit_of_work() as session:
        session.execute(sa.text(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}"))


def unrelayed() -> int:
    with unit_of_work(read_only=True) as session:
        waiting = sa.select(sa.func.count()).select_from(Unrelayed)
        return int(session.execute(waiting).scalar_one())


def undone() -> list[int]:
    with unit_of_work(read_only=True) as session:
        left = select(Message.id).where(
            Message.direction == Direction.OUT, col(Message.state).not_in([MessageState.DONE])
        )
        return list(session.exec(left))


def at_rest() -> bool:
    return unrelayed() == 0 and undone() == []


def wait(for_what: Callable[[], object]) -> None:
    deadline = time.monotonic() + CALM_SECONDS
    while not for_what():
        assert time.monotonic() < deadline, f"seed {SEED}"
        hurry()
        time.sleep(1)


@contextmanager
def bad_weather(base_1c: OneC) -> Iterator[None]:
    for number, (kind, probability) in enumerate(WEATHER):
        base_1c.fault(kind, probability=probability, seed=SEED + number)
    yield
    base_1c.http.delete("/control/faults")


def test_every_booking_is_in_1c_once_and_as_it_is_here(
    processes: Processes,
    base_1c: OneC,
    session: Session,
    ivanov_deal: Deal,
    anna: User,
    valkey: Redis,
) -> None:
    chance = random.Random(SEED)
    flats = list(session.exec(select(Unit.id).where(Unit.availability == Availability.ON_SALE)))
    deal_id, anna_id = ivanov_deal.id, anna.id
    session.close()
    act(chance, flats, deal_id, anna_id)
    wait(lambda: base_1c.rows(RESERVATION))
    with bad_weather(base_1c):
        for number in range(ACTIONS):
            act(chance, flats, deal_id, anna_id)
            if number % (ACTIONS // KILLS) == 0:
                processes.kill_one(chance)
            if number in (ACTIONS // 3, ACTIONS * 2 // 3):
                lose_valkey(valkey)
                throw_everybody_out()
            time.sleep(0.2)
            if number % 5 == 0:
                hurry()

    wait(at_rest)
    cancel(session.exec(select(Booking).where(Booking.state == BookingState.ACTIVE)).first())
    wait(at_rest)
    session.close()
    assert_the_same_on_both_sides(base_1c, session)


def assert_the_same_on_both_sides(base_1c: OneC, session: Session) -> None:
    bookings = {
        odata.own_key("booking", each.id, each.booked_at): each for each in session.exec(select(Booking))
    }
    documents = base_1c.rows(RESERVATION, orderby="Ref_Key")
    assert max(Counter(row["Ref_Key"] for row in documents).values()) == 1
    assert {row["Ref_Key"] for row in documents} <= bookings.keys()
    here = {ref for ref, booked in bookings.items() if booked.state is BookingState.ACTIVE}
    there = {row["Ref_Key"] for row in documents if row["Posted"] and row["Статус"] == "Активна"}
    assert there == here
    assert len(documents) > len(here) > 0
    for row in documents:
        booked = bookings[row["Ref_Key"]]
        assert booked.state is BookingState.ACTIVE or row["Статус"] == "Снята"
