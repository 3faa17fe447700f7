"""Firing shots: at the application itself, quickly, and over a real connection, honestly.

Answers are judged one by one: no failure of the server, no words of its insides, not slow, and every
header in its place.
"""

import asyncio
import gzip
import http.client
import logging
import re
import threading
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import brotli
import zstandard

from tests.web.walls import cast
from tests.web.walls.manners import bad_manners
from tests.web.walls.shots import OWN_TOKEN, Gun, Shot
from web import transaction
from web.guards import cookie_name

SLOWEST_SECONDS = 2.0
NO_ANSWER_SECONDS = 30.0
AT_ONCE = 6
"""Below the number of requests a process admits: 503 must not be asked for."""
HTTPS_EVERY = 4
INSIDES = re.compile(
    rb"Traceback \(most recent|File \"/|site-packages|sqlalchemy|psycopg|litestar|\[SQL:|\[parameters:"
    rb"|\bSELECT [\w.]+,|\bINSERT INTO \w|\bUPDATE \w+ SET|DETAIL:|LINE 1:|<class '|object at 0x",
)


@dataclass
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    seconds: float

    def header(self, name: bytes) -> bytes:
        return next((value for known, value in self.headers if known == name), b"")

    @property
    def text(self) -> bytes:
        """The body as it was before compression; an answer to HEAD speaks of one it does not bring."""
        match self.body and self.header(b"content-encoding"):
            case b"gzip":
                return gzip.decompress(self.body)
            case b"br":
                return brotli.decompress(self.body)
            case b"zstd":
                return zstandard.ZstdDecompressor().decompress(self.body, max_output_size=2**26)
        return self.body


@dataclass
class Campaign:
    """What came of many shots."""

    fired: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    slowest: float = 0.0
    repeated: int = 0
    """Shots that were slow or 503 among others, and were asked again alone."""
    faults: list[str] = field(default_factory=list)
    aimed_at: set[tuple[str, str]] = field(default_factory=set)
    """Routes and people."""

    def note(self, shot: Shot, answer: Answer, faults: Sequence[str]) -> None:
        self.fired += 1
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        self.slowest = max(self.slowest, answer.seconds)
        self.aimed_at.add((shot.route, shot.who))
        self.faults += [f"{fault}, shot {shot.number}: {shot}" for fault in faults]

    def tally(self) -> str:
        return ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))


def judged(shot: Shot, answer: Answer, *, https: bool) -> list[str]:
    faults = [f"{answer.status}"] if answer.status >= 500 else []
    if found := INSIDES.search(answer.text):
        faults.append(f"tells its insides ({found[0]!r})")
    return faults + bad_manners(answer.status, answer.headers, https=https)


class Broken(logging.Handler):
    """What the site wrote to its log about failures of its own, with where they came from."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            lines = traceback.format_exception(record.exc_info[1])
            own = [line for line in lines if ".venv" not in line]
            self.told.append("".join(own))


class Range:
    """The application on an event loop of its own, spoken to in the language of its server."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.loop = asyncio.new_event_loop()
        self._passports: dict[str, cast.Passport | None] = {}
        self._minting = threading.Lock()
        self.log = Broken()

    def fire(self, shot: Shot, *, https: bool = False) -> Answer:
        """One shot, from another thread."""
        return self._await(self._fired(shot, https=https))

    def campaign(
        self, gun: Gun, shots: int, *, until: Callable[[Campaign], bool] = lambda _: False
    ) -> Campaign:
        """Shots 0 to `shots`, a few at once; what was slow or 503 is repeated alone before it counts."""
        return self._await(self._campaign(gun, shots, until))

    def _await(self, asked: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result()

    async def _campaign(self, gun: Gun, shots: int, until: Callable[[Campaign], bool]) -> Campaign:
        campaign = Campaign()
        numbers = iter(range(shots))
        paused: list[Shot] = []

        async def gunner() -> None:
            for number in numbers:
                if until(campaign):
                    return
                shot, https = gun.shot(number), number % HTTPS_EVERY == 0
                answer = await self._fired(shot, https=https)
                if answer.seconds > SLOWEST_SECONDS or answer.status == 503:
                    paused.append(shot)  # by the machine, perhaps
                else:
                    campaign.note(shot, answer, judged(shot, answer, https=https))

        await asyncio.gather(*(gunner() for _ in range(AT_ONCE)))
        for shot in paused:
            https = shot.number % HTTPS_EVERY == 0
            again = await self._fired(shot, https=https)
            slow = ["slow"] if again.seconds > SLOWEST_SECONDS else []
            campaign.note(shot, again, slow + judged(shot, again, https=https))
        campaign.repeated = len(paused)
        return campaign

    async def _fired(self, shot: Shot, *, https: bool) -> Answer:
        passport = await asyncio.to_thread(self._passport, shot.who)
        headers = as_person(shot, passport, https=https)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(NO_ANSWER_SECONDS):
                answer = await self._spoken(shot, headers, https=https)
        except TimeoutError:
            return Answer(599, [], b"no answer", NO_ANSWER_SECONDS)
        except Exception as escaped:  # noqa: BLE001  what escapes the application is a finding, whatever it is
            return Answer(598, [], repr(escaped).encode(), time.perf_counter() - began)
        if passport and thrown_out(answer):
            self._passports.pop(shot.who, None)
        return answer

    async def _spoken(self, shot: Shot, headers: list[tuple[bytes, bytes]], *, https: bool) -> Answer:
        raw_path, _, query = shot.target.partition(b"?")
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 50000), "root_path": "", "state": {},
            "scheme": "https" if https else "http", "method": shot.method, "headers": headers,
            "path": unquote(raw_path.decode("ascii")), "raw_path": raw_path, "query_string": query,
            "extensions": {},
        }  # fmt: skip
        unread, gone = [shot.body], asyncio.Event()
        began, answer, parts = time.perf_counter(), Answer(597, [], b"", 0), []

        async def receive() -> dict[str, Any]:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = [(name.lower(), value) for name, value in message["headers"]]
            else:
                parts.append(message.get("body", b""))
                if not answer.seconds:
                    answer.seconds = time.perf_counter() - began
                gone.set()  # of a stream the head is enough

        await self.site(scope, receive, send)
        answer.body = b"".join(parts)
        return answer

    def carry(self, who: str, passport: cast.Passport | None) -> None:
        """From now on that person comes with this passport."""
        self._passports[who] = passport

    def _passport(self, who: str) -> cast.Passport | None:
        with self._minting:
            if who not in self._passports:
                self._passports[who] = cast.passport(who)
            return self._passports[who]


@contextmanager
def range_of(site: Any) -> Iterator[Range]:
    """Without the application's start-up: its live hub belongs to the one server of these tests."""
    opened = Range(site)

    async def start() -> None:
        transaction.enough_threads()

    def run() -> None:
        opened.loop.run_until_complete(start())
        opened.loop.run_forever()

    thread = threading.Thread(target=run, name="range", daemon=True)
    thread.start()
    logging.getLogger("web").addHandler(opened.log)
    try:
        yield opened
    finally:
        logging.getLogger("web").removeHandler(opened.log)
        opened.loop.call_soon_threadsafe(opened.loop.stop)
        thread.join(10)
        opened.loop.run_until_complete(opened.loop.shutdown_default_executor())
        opened.loop.close()


def as_person(shot: Shot, passport: cast.Passport | None, *, https: bool) -> list[tuple[bytes, bytes]]:
    """The shot's headers with the person's cookie and token in them."""
    headers = [(name, value) for name, value in shot.headers if value is not OWN_TOKEN]
    if passport is None:
        return headers
    if len(headers) < len(shot.headers):
        headers.append((b"x-csrftoken", passport.csrf.encode()))
    mine = [
        f"{cookie_name('https' if https else 'http')}={passport.token}",
        f"karkas_exchange={passport.token}",
    ]
    cookies = [value for name, value in headers if name == b"cookie"] + ["; ".join(mine).encode()]
    return [*(pair for pair in headers if pair[0] != b"cookie"), (b"cookie", b"; ".join(cookies))]


def thrown_out(answer: Answer) -> bool:
    """Signed out by this or an earlier shot; the next one gets a new passport."""
    return answer.status == 401 or answer.header(b"location").startswith(b"/sign-in")


NOT_ON_THE_WIRE = {b"transfer-encoding", b"expect", b"host"}


def over_the_wire(address: str, shot: Shot, passport: cast.Passport | None) -> Answer:
    """The same shot through sockets and the server's own parser."""
    host = address.removeprefix("http://")
    headers = [pair for pair in as_person(shot, passport, https=False) if pair[0] not in NOT_ON_THE_WIRE]
    connection = http.client.HTTPConnection(host, timeout=NO_ANSWER_SECONDS)
    began = time.perf_counter()
    try:
        connection.putrequest(shot.method, shot.target.decode("ascii"), skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name.decode(), value)
        connection.putheader("Content-Length", str(len(shot.body)))
        connection.endheaders(shot.body)
        answer = connection.getresponse()
        streams = answer.getheader("content-type", "").startswith("text/event-stream")
        body = b"" if streams else answer.read()
    finally:
        with suppress(OSError):
            connection.close()
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.getheaders()]
    return Answer(answer.status, pairs, body, time.perf_counter() - began)
