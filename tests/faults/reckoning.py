"""What is there afterwards, in the database and in 1C, under the keys of the ledger."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

from domain.exchange import odata
from domain.exchange.odata import Row
from domain.exchange.reservations import MARK
from tests.faults.ledger import Key

Answer = list[tuple[Any, ...]]
Ask = Callable[[str], Answer]
"""A question to the database behind everybody's back."""

WRITTEN = {
    "deal": "select title from deal",
    "note": "select text from comment",
    "step": """select title from task where id in (
        select subject_id from event where name = 'task.planned' and actor_id is not null)""",
    "move": """select deal_id, (payload ->> 'version')::int from event
        where name = 'deal.moved' and actor_id is not null
          and xid not in (select xid from event where name = 'unit.booked')""",
    "booking": "select unit_id, deal_id from booking",
    "cancellation": "select subject_id from event where name = 'booking.cancelled'",
}
"""Where each kind of write is found. What a deal does by itself nobody has asked for: it moves with its
booking, and a step is planned by nobody when the last one is gone."""
IN_FORCE = {"active", "contract", "sold"}
"""Under contract and sold the reservation stays in 1C as well."""


def written(ask: Ask) -> Counter[Key]:
    """Every write of these kinds, the world's own from before included."""
    return Counter((kind, *row) for kind, statement in WRITTEN.items() for row in ask(statement))


@dataclass(frozen=True)
class There:
    """1C beside us."""

    documents: int
    twins: int
    """Documents that no booking of ours accounts for."""
    missing: int
    """Bookings in force that are not in force there."""
    stale: int
    """In force there alone."""

    @property
    def is_as_here(self) -> bool:
        return self.twins == self.missing == self.stale == 0

    def say(self) -> str:
        return (
            f"{self.documents} documents, {self.twins} twins, "
            f"{self.missing} missing, {self.stale} outliving their booking"
        )


def compared(ask: Ask, documents: Iterable[Row]) -> There:
    bookings = {
        odata.own_key("booking", number, born): state
        for number, born, state in ask("select id, booked_at, state from booking")
    }
    ours = [row for row in documents if str(row["Комментарий"]).startswith(MARK)]
    spoken_of = Counter(str(row["Комментарий"]).removeprefix(f"{MARK} ") for row in ours)
    held = {key for key, state in bookings.items() if state in IN_FORCE}
    there = {str(row["Ref_Key"]) for row in ours if row["Posted"] and row["Статус"] == "Активна"}
    twins = spoken_of - Counter(bookings.keys())
    return There(len(ours), twins.total(), len(held - there), len(there - held))


def at_rest(ask: Ask) -> bool:
    """Nothing waits to be told, and nothing told waits to be carried."""
    left = ask(
        "select (select count(*) from event_unrelayed) "
        "+ (select count(*) from message where direction = 'out' and state <> 'done')"
    )
    return left[0][0] == 0


def wait_for(done: Callable[[], bool], seconds: float) -> float:
    """Seconds it took; after that many it is given up, and what came of it is looked at."""
    began = time.monotonic()
    while (took := time.monotonic() - began) < seconds:
        with suppress(psycopg.Error, DBAPIError):
            if done():
                break
        time.sleep(0.2)
    return took
