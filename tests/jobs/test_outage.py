"""1C is away for long: hardly asked, nobody blamed; back again, it gets everything at once and in order."""

import socket
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from domain.deals.models import Deal
from domain.estate import Availability, Unit
from domain.exchange.circuit import LONGEST, SHORTEST
from domain.exchange.claiming import AT_ONCE
from domain.exchange.models import Connection, MessageState
from domain.kernel import clock
from jobs.clients.onec_odata import OneC as Client
from jobs.work import unit_of_work
from tests.jobs.conftest import RESERVATION, book, cancel, drain, told
from tests.onec_demo.conftest import OneC


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Requests that were tried, by method."""
    methods: list[str] = []
    ask = Client._ask

    def count(self: Client, method: str, *rest: object, **more: object) -> object:
        methods.append(method)
        return ask(self, method, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Client, "_ask", count)
    return methods


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def move(connection: Connection, base_url: str, *, heard_at: datetime | None = None) -> None:
    with unit_of_work() as session:
        moved = session.get_one(Connection, connection.id)
        moved.base_url = base_url
        moved.heard_at = heard_at or moved.heard_at


def pause_of(connection: Connection) -> timedelta:
    with unit_of_work(read_only=True) as session:
        until = session.get_one(Connection, connection.id).paused_until
        return until - clock.now() if until else timedelta(0)


def let_the_pause_end(connection: Connection) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, connection.id).paused_until = clock.now()


def test_an_outage(
    matched: Connection,
    session: Session,
    ivanov_deal: Deal,
    nobody: str,
    asked: list[str],
    base_1c: OneC,
) -> None:
    flats = session.exec(select(Unit).where(Unit.availability == Availability.ON_SALE)).all()
    move(matched, nobody, heard_at=clock.now() - timedelta(seconds=12))
    asked.clear()
    for flat in flats:
        cancel(book(flat, ivanov_deal))
        book(flat, ivanov_deal)

    drain()
    assert 0 < len(asked) <= AT_ONCE
    assert SHORTEST <= pause_of(matched) + timedelta(seconds=1) <= SHORTEST * 3

    move(matched, nobody, heard_at=clock.now() - timedelta(minutes=30))
    let_the_pause_end(matched)
    drain()
    assert 0 < len(asked) <= AT_ONCE * 2
    assert pause_of(matched) + timedelta(seconds=1) > LONGEST - timedelta(seconds=1)
    waiting = told("reservation")
    assert {(message.state, message.attempts) for message in waiting} == {(MessageState.QUEUED, 0)}

    move(matched, matched.base_url)
    let_the_pause_end(matched)
    drain()

    assert {message.state for message in told("reservation")} == {MessageState.DONE}
    documents = base_1c.rows(RESERVATION)
    assert Counter(row["Статус"] for row in documents) == {"Активна": len(flats)}
    assert all(row["Posted"] for row in documents)


def test_messages_about_one_flat_are_carried_in_their_order(
    matched: Connection, ivanov_deal: Deal, flat_1: Unit, base_1c: OneC
) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, matched.id).paused_until = clock.now() + timedelta(hours=1)
    for _time in range(3):
        cancel(book(flat_1, ivanov_deal))
    let_the_pause_end(matched)

    drain()

    ends = [message.done_at for message in told("reservation")]
    assert len(ends) == 6
    assert ends == sorted(end for end in ends if end)
