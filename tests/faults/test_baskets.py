"""R3: people book baskets of three of the same twenty flats at once: each has all three or nothing."""

import asyncio
import random
import time
from collections.abc import Iterable

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.deals.models import Deal
from domain.estate import booking
from domain.estate.models import Unit
from tests.faults.crowds import Heard, at_once, build_flats, claims, crowd
from tests.fixtures import Database
from tests.gates import Gate
from tests.sites import Site

FLATS, BASKET = 20, 3
FREE_AGAIN = "update booking set state = 'cancelled', closed_at = clock_timestamp() where state = 'active'"


class Rounds:
    """What the rounds came to."""

    def __init__(self, database: Database, deal_id: int, flats: list[int], chance: random.Random) -> None:
        self.database, self.deal_id, self.flats, self.chance = database, deal_id, flats, chance
        self.heard = Heard()
        self.baskets = self.partial = self.empty = 0

    async def play(self, url: str, clients: int, rounds: int) -> None:
        async with crowd(url, ["anna"] * clients) as browsers:
            for _ in range(rounds):
                wanted = [self.chance.sample(self.flats, BASKET) for _ in browsers]
                answers = {}

                async def press(place, browser, wanted=wanted, answers=answers):
                    form = {
                        "units": ",".join(map(str, wanted[place])), "deal_id": str(self.deal_id), "days": "1"
                    }  # fmt: skip
                    answers[place] = await browser.post("/baskets", form)
                    return answers[place]

                self.heard.join(await at_once(browsers, press))
                self.count([wanted[place] for place, answer in answers.items() if answer.status == 200])

    def count(self, won: list[list[int]]) -> None:
        """The baskets of the winners are exactly what is held; then everything is free again."""
        with self.database.engine.begin() as owner:
            held = (
                owner.execute(sa.text("select unit_id from booking where state = 'active'")).scalars().all()
            )
            owner.execute(sa.text(FREE_AGAIN))
        self.baskets += len(won)
        self.empty += not won
        self.partial += sorted(held) != sorted(flat for basket in won for flat in basket)

    @property
    def said(self) -> int:
        """Losers who were told, for every flat they could not have, who holds it."""
        return sum(
            answer.status == 409 and "свободны не все" in answer.text and "Анна Королёва" in answer.text
            for answer in self.heard.answers
        )


def deadlocks(database: Database) -> int:
    """As the server counts them; its backends report at most a second late."""
    time.sleep(1.2)
    with database.engine.connect() as owner:
        asked = sa.text("select deadlocks from pg_stat_database where datname = current_database()")
        return int(owner.execute(asked).scalar_one())


@pytest.fixture
def deal_id(session: Session) -> int:
    found = session.exec(select(Deal.id)).one()
    session.rollback()
    return found


@pytest.mark.gate("R3")
def test_a_basket_is_had_whole_or_not_at_all_and_nobody_deadlocks(
    site: Site, database: Database, session: Session, deal_id: int, gate: Gate
):
    clients, rounds = gate.size(12, 30), gate.size(8, 60)
    played = Rounds(database, deal_id, build_flats(session, FLATS), gate.random)
    asyncio.run(played.play(site.url, clients, rounds))

    locked = deadlocks(database)
    others = len(played.heard.answers) - played.baskets - played.said
    gate.report(
        f"{clients} clients x {rounds} rounds, three flats of twenty each: {played.baskets} whole baskets, "
        f"{played.said} refused by name, {played.partial} partial, {played.empty} rounds without a winner, "
        f"{others} other answers, {locked} deadlocks, p99 {played.heard.p99():.2f} s",
        ok=not (played.partial or played.empty or others or locked),
        baskets=played.baskets,
        deadlocks=locked,
    )


@pytest.mark.control("R3")
def test_control_locking_in_the_order_of_the_client_deadlocks(
    client: httpx.Client,
    database: Database,
    session: Session,
    deal_id: int,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
):
    def as_given(session: Session, unit_ids: Iterable[int]) -> list[Unit]:
        units = []
        for unit_id in gate.random.sample(list(unit_ids), len(list(unit_ids))):
            row = select(Unit).where(col(Unit.id) == unit_id).with_for_update()
            units.append(session.exec(row.execution_options(populate_existing=True)).one())
            time.sleep(0.02)  # in which the others take their first as well
        return units

    monkeypatch.setattr(booking, "lock_all", as_given)
    played = Rounds(database, deal_id, build_flats(session, 6), gate.random)
    asyncio.run(played.play(str(client.base_url), clients=8, rounds=gate.size(4, 12)))

    seen = deadlocks(database)
    gate.report(f"{seen} deadlocks when the rows are locked in the order they were given", deadlocks=seen)
    assert seen > 0
    assert not claims(session)
