"""Crowds: many signed-in browsers at one instant, and the flats they all want."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.estate.models import Availability, Booking, BookingState, Floor, Unit
from tests.fixtures import Database
from tests.sites import HTMX, passport

PATIENCE_SECONDS = 60.0


@dataclass
class Answer:
    status: int
    text: str


@dataclass
class Browser:
    """One open connection that posts forms and hears whole answers.

    Bare sockets: two hundred of a comfortable client would cost as much CPU as the site they ask.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    headers: Mapping[str, str]

    async def post(self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]]) -> Answer:
        body = urlencode(form).encode()
        told = {
            **self.headers,
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._heard()

    async def get(self, path: str) -> Answer:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        self.writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._heard()

    async def _heard(self) -> Answer:
        status, *headers = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in headers if line)
        body = await self.reader.readexactly(int(told["content-length"]))
        return Answer(int(status.split()[1]), body.decode())


@asynccontextmanager
async def crowd(url: str, logins: Sequence[str]) -> AsyncIterator[list[Browser]]:
    """A browser each, with a session and an open connection of its own, asking as htmx does."""
    place = urlsplit(url)
    browsers = []
    try:
        for login in logins:
            papers = passport(login)
            cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in papers["cookies"].items())}
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            headers = {"host": place.netloc} | cookie | papers["headers"] | HTMX
            browsers.append(Browser(reader, writer, headers))
        yield browsers
    finally:
        for browser in browsers:
            browser.writer.close()
            await browser.writer.wait_closed()


@dataclass
class Heard:
    """What came back, and how long each waited."""

    answers: list[Answer] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    async def listen(self, asked: Awaitable[Answer]) -> None:
        began = time.perf_counter()
        self.answers.append(await asked)
        self.waits.append(time.perf_counter() - began)

    def join(self, other: "Heard") -> None:
        self.answers += other.answers
        self.waits += other.waits

    def count(self, status: int) -> int:
        return sum(answer.status == status for answer in self.answers)

    @property
    def broken(self) -> int:
        return sum(answer.status >= 500 for answer in self.answers)

    def p99(self) -> float:
        return sorted(self.waits)[max(int(len(self.waits) * 0.99) - 1, 0)]


async def at_once(browsers: Sequence[Browser], press: Callable[[int, Browser], Awaitable[Answer]]) -> Heard:
    """Everybody presses at the same instant."""
    heard = Heard()
    await asyncio.gather(*(heard.listen(press(place, browser)) for place, browser in enumerate(browsers)))
    return heard


def build_flats(session: Session, count: int) -> list[int]:
    """New free, priced flats, committed."""
    floor_id = session.exec(select(Floor.id).order_by(col(Floor.id))).first()
    flats = [
        Unit(
            floor_id=floor_id,
            number=f"R{number}",
            position=100 + number,
            rooms=2,
            area_total=Decimal(54),
            availability=Availability.ON_SALE,
            price=Decimal(7_000_000 + number),
        )
        for number in range(count)
    ]
    session.add_all(flats)
    session.commit()
    return [flat.id for flat in flats]


def unguard_index(database: Database) -> None:
    """For controls: the last line of defence away, in this test's own database."""
    with database.engine.begin() as owner:
        owner.execute(sa.text("drop index uq_booking_claimed_unit"))


def claims(session: Session) -> dict[int, int]:
    """How many active claims each claimed unit has; leaves no transaction open."""
    counted: Any = (
        sa.select(Booking.unit_id, sa.func.count().label("count"))  # type: ignore[call-overload]
        .where(Booking.state == BookingState.ACTIVE)
        .group_by(Booking.unit_id)
    )
    session.rollback()
    found = {row.unit_id: row.count for row in session.execute(counted)}
    session.rollback()
    return found


def doubles(session: Session) -> int:
    """Units sold twice."""
    return sum(count > 1 for count in claims(session).values())
