"""R1: a crowd presses «Забронировать» on one flat at once, over HTTP, on two web processes."""

import asyncio
import time
from dataclasses import dataclass, field

import httpx
import pytest
from sqlmodel import Session, select

from domain.deals.models import Deal
from domain.estate import booking
from tests.faults.crowds import Heard, at_once, build_flats, claims, crowd, doubles, unguard_index
from tests.fixtures import Database
from tests.gates import Gate
from tests.sites import Site

TOLD_WITHIN_SECONDS = 2.0
BESIDE_OTHER_TESTS_SECONDS = 8.0
WINNER = "Анна Королёва"
TO_PANEL = {"HX-Target": "unit-panel"}


@dataclass
class Figures:
    winners: list[int] = field(default_factory=list)
    told: int = 0
    """Losers who were given the winner's name."""
    heard: Heard = field(default_factory=Heard)

    def take(self, heard: Heard) -> None:
        self.winners.append(heard.count(200))
        self.told += sum(answer.status == 409 and WINNER in answer.text for answer in heard.answers)
        self.heard.join(heard)


async def compete(url: str, deal_id: int, flats: list[int], clients: int) -> Figures:
    """Every flat is a round of its own; everybody has a session of their own."""
    figures = Figures()
    wanted = {"deal_id": str(deal_id), "days": "1"}
    async with crowd(url, ["anna"] * clients) as browsers:
        for browser in browsers:
            browser.headers |= TO_PANEL
        for flat in flats:
            path = f"/units/{flat}/booking"
            figures.take(await at_once(browsers, lambda _, browser, path=path: browser.post(path, wanted)))
    return figures


@pytest.fixture
def deal_id(session: Session) -> int:
    found = session.exec(select(Deal.id)).one()
    session.rollback()
    return found


@pytest.mark.gate("R1")
def test_of_a_crowd_one_wins_and_the_others_are_told_who(
    site: Site, session: Session, deal_id: int, gate: Gate
):
    clients, rounds = gate.size(50, 200), gate.size(8, 50)
    told_within = TOLD_WITHIN_SECONDS if gate.whole else BESIDE_OTHER_TESTS_SECONDS
    flats = build_flats(session, rounds)
    began = time.perf_counter()
    figures = asyncio.run(compete(site.url, deal_id, flats, clients))
    took = time.perf_counter() - began

    claimed = claims(session)
    twice = sum(count > 1 for count in claimed.values())
    unbooked = sum(flat not in claimed for flat in flats)
    p99 = figures.heard.p99()
    others = clients * rounds - sum(figures.winners) - figures.told
    gate.report(
        f"{clients} clients x {rounds} rounds on two web processes: winners {sum(figures.winners)}, "
        f"doubles {twice}, flats left unbooked {unbooked}, losers told who was first {figures.told}, "
        f"other answers {others}, server errors {figures.heard.broken}, p99 {p99:.2f} s",
        ok=figures.winners == [1] * rounds and not twice and not unbooked and not others
        and p99 <= told_within,
        p99=p99, requests_a_second=clients * rounds / took,
    )  # fmt: skip


@pytest.mark.control("R1")
def test_control_without_lock_and_index_the_same_crowd_buys_flats_twice(
    client: httpx.Client,
    database: Database,
    session: Session,
    deal_id: int,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
):
    """The check stays: to look before one writes guards nothing by itself."""
    rounds = gate.size(8, 50)
    flats = build_flats(session, rounds)
    unguard_index(database)
    monkeypatch.setattr(booking, "lock", lambda session, unit: None)

    asyncio.run(compete(str(client.base_url), deal_id, flats, clients=gate.size(16, 24)))

    twice = doubles(session)
    gate.report(f"{twice} of {rounds} flats sold more than once without the lock and the index")
    assert twice >= 0.9 * rounds
