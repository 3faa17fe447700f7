"""R1 in small: fifty people press «Забронировать» on one flat at once, over HTTP, on two web processes.

Prints its figures; the negative control removes the guard and the index and must then sell twice.
"""

import asyncio
import time
from dataclasses import dataclass, field
from decimal import Decimal

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from domain import estate
from domain.deals.models import Deal
from domain.estate.models import Booking, BookingState, Unit
from jobs import work
from tests.gates import Gate
from tests.sites import Site, passport

CLIENTS, ROUNDS = 50, 10
PATIENCE = 30.0


@dataclass
class Figures:
    winners: list[int] = field(default_factory=list)
    losers: int = 0
    errors: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def say(self) -> str:
        self.waits.sort()
        p99 = self.waits[int(len(self.waits) * 0.99) - 1]
        return (
            f"{CLIENTS} clients x {len(self.winners)} rounds on two web processes: "
            f"winners {sum(self.winners)}, "
            f"losers told {self.losers}, server errors {len(self.errors)}, p99 {p99:.2f} s"
        )


@pytest.mark.gate("R1")
def test_of_fifty_at_once_one_wins_and_the_others_are_told_who(site: Site, session: Session, gate: Gate):
    flats = priced_flats(session)
    figures = asyncio.run(run(site, session, flats, rounds=ROUNDS))

    gate.report(figures.say())
    assert figures.winners == [1] * ROUNDS
    assert (figures.losers, figures.errors) == ((CLIENTS - 1) * ROUNDS, [])
    assert doubles(session) == 0


def priced_flats(session: Session) -> list[int]:
    flats = session.exec(select(Unit).where(Unit.availability == "on_sale").order_by(Unit.id)).all()
    return [flat.id for flat in flats][:ROUNDS]


async def run(site: Site, session: Session, flats: list[int], *, rounds: int) -> Figures:
    """Every round: one flat, everybody at the same instant, each with a session of their own."""
    deal = session.exec(select(Deal.id).order_by(Deal.id)).first()
    anna = [passport("anna") for _ in range(CLIENTS)]
    figures = Figures()
    limits = httpx.Limits(max_connections=1)
    clients = [
        httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=PATIENCE, limits=limits, **papers)
        for papers in anna
    ]
    try:
        await asyncio.gather(
            *(client.get("/health/live") for client in clients)
        )  # connections are open already
        for flat in flats[:rounds]:
            answers = await asyncio.gather(*(press(client, flat, deal, figures) for client in clients))
            figures.winners.append(sum(answer.status_code in {200, 303} for answer in answers))
            told = [answer for answer in answers if answer.status_code == 409]
            figures.losers += sum("Анна Королёва" in answer.text for answer in told)
            figures.errors += [answer.status_code for answer in answers if answer.status_code >= 500]
    finally:
        await asyncio.gather(*(client.aclose() for client in clients))
    return figures


async def press(client: httpx.AsyncClient, flat: int, deal: int | None, figures: Figures) -> httpx.Response:
    began = time.perf_counter()
    answer = await client.post(f"/units/{flat}/booking", data={"deal_id": str(deal), "days": "1"})
    figures.waits.append(time.perf_counter() - began)
    return answer


def doubles(session: Session) -> int:
    """Units with more than one active claim."""
    session.rollback()
    claims = (
        sa.select(Booking.unit_id)
        .where(Booking.state == BookingState.ACTIVE)
        .group_by(Booking.unit_id)
        .having(sa.func.count() > 1)
    )
    return len(session.execute(claims).all())


@pytest.mark.control("R1")
def test_control_without_guard_and_index_the_same_crowd_does_sell_twice(
    database, session: Session, gate: Gate
):
    """The harness can see a double sale when there is one."""
    flat = priced_flats(session)[0]
    deal = session.exec(select(Deal)).first()
    session.execute(sa.text("drop index uq_booking_active_unit"))
    session.commit()

    def careless() -> None:
        with Session(work.engine()) as mine:
            held = mine.exec(select(Booking).where(Booking.unit_id == flat)).first()
            mine.execute(sa.text("select pg_sleep(0.1)"))
            if held is None:
                mine.add(
                    Booking(
                        unit_id=flat, deal_id=deal.id, booked_by_id=deal.responsible_id, price=Decimal(1),
                        booked_at=deal.created_at, until=estate.booking.term_end(deal.created_at, 1),
                    )
                )  # fmt: skip
            mine.commit()

    async def crowd() -> None:
        await asyncio.gather(*(asyncio.to_thread(careless) for _ in range(6)))

    asyncio.run(crowd())
    assert doubles(session) == 1
    gate.report("sold twice without the guard and the index")
