"""GET /live: one stream a tab, saying which screens should look again.

PostgreSQL announces topics on commit (the trigger on `event`); one listener a process hears them
and fans out. Only topics travel: the browser fetches the region again, by its own rights.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from functools import lru_cache, partial
from types import FrameType
from typing import Any

import psycopg
from anyio import to_thread
from litestar import Request, get
from litestar.params import FromQuery
from litestar.response import Stream

from domain import deals, events
from domain.access import Permission, User, may
from domain.access.sessions import still_open, topic_of
from domain.kernel import clock
from domain.kernel.errors import Missing
from domain.kernel.settings import settings
from jobs.work import glance

log = logging.getLogger(__name__)

CHANNEL = "karkas"
COALESCE_SECONDS = 0.1
PING_SECONDS = 15.0
HORIZON_SECONDS = 10.0
STREAMED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MOST_TOPICS = 60
LISTS = {"exchange": Permission.EXCHANGE_SEE, "leads": Permission.LEADS_SEE}
"""Topics of a whole screen, and who may see it."""
EVERYTHING = "*"
"""Told after the listener itself was deaf for a while: every screen looks again."""


class Hub:
    """The streams of this process and the topics each follows."""

    def __init__(self) -> None:
        self.streams: dict[asyncio.Event, tuple[frozenset[str], set[str]]] = {}
        self.closing = False
        self.horizon = 0
        """All that happened before it was heard here and told long ago: from where a screen that lost its
        stream asks what it missed. Read a turn before it is given out: a notice may come after the view."""
        self._next_horizon = 0
        self._ring: asyncio.TimerHandle | None = None
        self._listener: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.closing = False
        self._listener = asyncio.create_task(self._listen())
        self._close_on_sigterm()

    async def stop(self) -> None:
        self.close()
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    def close(self) -> None:
        """End every stream, so that a deploy does not wait for open tabs."""
        self.closing = True
        for bell in self.streams:
            bell.set()

    def announce(self, topics: Iterable[str]) -> None:
        """Remember for each stream what concerns it, and wake them together a moment later."""
        changed = set(topics)
        for followed, pending in self.streams.values():
            pending.update(changed if EVERYTHING in changed else changed & followed)
        if self._ring is None:
            self._ring = asyncio.get_running_loop().call_later(COALESCE_SECONDS, self._wake)

    def _wake(self) -> None:
        self._ring = None
        for bell, (_followed, pending) in self.streams.items():
            if pending:
                bell.set()

    async def follow(
        self, topics: frozenset[str], missed: Callable[[], Awaitable[set[str]]]
    ) -> AsyncGenerator[set[str], None]:
        """Sets of changed topics, coalesced; an empty set PING_SECONDS after the last.

        What was missed is asked for only when we listen already: nothing falls in between.
        """
        bell = asyncio.Event()
        self.streams[bell] = (topics, pending := set())
        later = asyncio.get_running_loop().call_later
        ping = later(PING_SECONDS, bell.set)
        try:
            pending.update(await missed())
            if pending:
                bell.set()
            while not self.closing:
                await bell.wait()
                bell.clear()
                changed = set(pending)
                pending.clear()
                if not changed:
                    ping = later(PING_SECONDS, bell.set)
                yield changed
        finally:
            ping.cancel()
            del self.streams[bell]

    async def _listen(self) -> None:
        """Keep one LISTEN connection; while it is away nothing is lost, only late."""
        pause = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    settings().database_url, autocommit=True, connect_timeout=3, application_name=CHANNEL
                ) as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    pause = 0.2
                    self.announce({EVERYTHING})  # to streams that were open before we could hear
                    while True:
                        async for notice in connection.notifies(timeout=HORIZON_SECONDS):
                            self.announce(notice.payload.split())
                        await self._look_up(connection)
            except psycopg.Error as failure:
                log.warning("listener away", extra={"failure": type(failure).__name__})
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)

    async def _look_up(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Move the horizon on, by the connection that hears: one that died is noticed here as well."""
        found = await (await connection.execute(f"select {events.HORIZON}")).fetchone()
        assert found, "a SELECT of one value"
        self.horizon, self._next_horizon = self._next_horizon, found[0]

    def _close_on_sigterm(self) -> None:
        """The server waits for open streams before it tells the application to stop: close them first."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)

            def close_first(caught: int, frame: FrameType | None, before: Any = before) -> None:
                loop.call_soon_threadsafe(self.close)
                if callable(before):
                    before(caught, frame)

            with contextlib.suppress(ValueError):  # not the main thread: an in-process test
                signal.signal(number, close_first)


hub = Hub()


@get("/live", permission=Permission.SIGNED_IN)
async def live(
    request: Request[Any, Any, Any], topics: FromQuery[str] = "", since: FromQuery[int] = 0
) -> Stream:
    """Server-sent events named `change` whose data is one topic.

    `topics` are those of the screen, comma-separated; `since` is the horizon its page was rendered at:
    what changed in between is told at once. The `id` of what is told is a later horizon to come back with.
    """
    wanted = [topic for topic in dict.fromkeys(topics.split(",")) if topic][:MOST_TOPICS]
    user: User = request.scope["user"]
    followed = await to_thread.run_sync(_admitted, user, wanted)
    told = _told(user, request.scope["token_hash"], followed, since)
    return Stream(told, media_type="text/event-stream", headers=STREAMED)


async def _told(
    user: User, token_hash: bytes, followed: frozenset[str], since: int
) -> AsyncGenerator[bytes, None]:
    """Ends as soon as the session does: that is announced, and looked for at every ping as well."""
    own = topic_of(user)
    yield b": open\n\n"
    missed = partial(to_thread.run_sync, _missed, token_hash, own, followed, since)
    async for changed in hub.follow(followed | {own}, missed):
        if (not changed or changed & {own, EVERYTHING}) and not await to_thread.run_sync(
            _still_open, token_hash
        ):
            return
        yield written(changed - {own}, hub.horizon)


def written(changed: set[str], horizon: int) -> bytes:
    """As server-sent events, one a topic; a ping when there are none."""
    return _written(frozenset(changed), horizon)


@lru_cache(maxsize=256)
def _written(changed: frozenset[str], horizon: int) -> bytes:
    """Remembered: two hundred open boards are told the same."""
    id_ = f"id: {horizon}\n" if horizon else ""
    told = [("change", topic) for topic in sorted(changed)] or [("ping", ".")]
    return "".join(f"{id_}event: {name}\ndata: {data}\n\n" for name, data in told).encode()


def _admitted(user: User, wanted: list[str]) -> frozenset[str]:
    with glance() as session:
        return frozenset(topic for topic in wanted if _may_follow(session, user, topic))


def _missed(token_hash: bytes, own: str, followed: frozenset[str], since: int) -> set[str]:
    """What changed since the page, and whether the session ended after it had been let in."""
    with glance() as session:
        ended = set() if still_open(session, token_hash, now=clock.now()) else {own}
        known = followed and 0 < since < 2**62
        return ended | (events.topics_since(session, since, sorted(followed)) if known else set())


def _may_follow(session: Any, user: User, topic: str) -> bool:
    kind, _, number = topic.rpartition("-")
    if topic in LISTS:
        return may(user, LISTS[topic])
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return False
    if kind == "user":
        return int(number) == user.id
    if kind == "deal" and may(user, Permission.DEALS_SEE):
        with contextlib.suppress(Missing):
            return bool(deals.get_visible(session, user, int(number)))
    return {
        "building": may(user, Permission.ESTATE_SEE),
        "unit": may(user, Permission.ESTATE_SEE),
        "showing": may(user, Permission.ESTATE_SEE),
        "funnel": may(user, Permission.DEALS_SEE),
        "stage": may(user, Permission.DEALS_SEE),
        "prices": may(user, Permission.PRICES_SEE),
    }.get(kind, False)


def _still_open(token_hash: bytes) -> bool:
    with glance() as session:
        return still_open(session, token_hash, now=clock.now())
