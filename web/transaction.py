"""One request, one transaction: opened by the first question, ended between the answer and its sending.

An answer below 400 is committed before the browser hears it; a refusal of any kind changes nothing.
Requests are admitted only as many at a time as there are connections and threads for: a request in the
middle of its transaction always finds a thread to go on with, whoever waits for a row it has locked.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

from anyio import to_thread
from litestar.concurrency import sync_to_thread
from litestar.types import Receive, Scope
from sqlmodel import Session

from jobs import work

AT_ONCE = 4
"""Threads that run Python take turns; with eight of them a crowd cost a fifth more CPU than with four."""
BODIES_AT_ONCE = 16
"""Large ones on their way: each is kept in memory until all of it is here."""
PATIENCE_SECONDS = 10
SILENCE_SECONDS = 60
"""Between two parts of a body."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Crowded(Exception):
    """More requests than this process can serve in time."""


class Stalled(Exception):
    """A body of which nothing more came: its sender may be gone without a word."""


class Doors:
    """Lets AT_ONCE requests in; the others wait in the order they came.

    Nobody stands inside while waiting for a browser: a request comes in once its body begins, which most
    bodies end with, steps out while more of a large one is on its way, and is out when its answer begins to
    leave. A photo takes a minute to or from a telephone, and four of them would shut the process.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._bodies = asyncio.Semaphore(BODIES_AT_ONCE)

    @asynccontextmanager
    async def one(self, scope: Scope, receive: Receive) -> AsyncIterator["Place"]:
        first = await receive()
        async with AsyncExitStack() as behind:
            if first.get("more_body"):
                await _patiently(self._bodies)
                behind.callback(self._bodies.release)
            place = Place(self._free, scope, first, receive)
            behind.callback(place.leave)
            await place.take()
            yield place


class Place:
    """Of one request inside; `hear` is what the application receives its messages by."""

    def __init__(self, free: asyncio.Semaphore, scope: Scope, first: Any, receive: Receive) -> None:
        self._free = free
        self._scope = scope
        self._known = [first]
        self._more = first.get("more_body", False)
        self._receive = receive
        self._taken = False

    async def take(self) -> None:
        await _patiently(self._free)
        self._taken = True

    def leave(self) -> None:
        if self._taken:
            self._taken = False
            self._free.release()

    async def hear(self) -> Any:
        if self._known:
            return self._known.pop()
        if not self._more or "session_of_request" in self._scope:
            return await self._receive()
        self.leave()
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                message: Any = await self._receive()
        except TimeoutError:
            raise Stalled from None
        await self.take()
        self._more = message.get("more_body", False)
        return message


async def _patiently(free: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await free.acquire()
    except TimeoutError:
        raise Crowded from None


def enough_threads() -> None:
    """A thread for every admitted request, in which its session is resumed and its transaction ended as well;
    the framework's own default follows the number of cores. The other pool is for streams and probes."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="handler"))
    to_thread.current_default_thread_limiter().total_tokens = AT_ONCE


def session_of(scope: Scope) -> Session:
    session: Any = scope.get("session_of_request")
    if session is None:
        session = work.begin(read_only=scope["method"] in SAFE_METHODS)
        scope["session_of_request"] = session
    return cast(Session, session)


async def end(scope: Scope, status: int) -> None:
    """Commit or roll back, once; nothing at all when the request asked the database nothing."""
    session = scope.pop("session_of_request", None)
    if session is not None and session.in_transaction():
        await sync_to_thread(work.settle, session, keep=status < 400)
