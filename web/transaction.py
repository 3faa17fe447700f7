"""One request, one transaction: opened by the first question, ended between the answer and its sending.

An answer below 400 is committed before the browser hears it; a refusal of any kind changes nothing.
Requests are admitted only as many at a time as there are connections and threads for: a request in the
middle of its transaction always finds a thread to go on with, whoever waits for a row it has locked.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, cast

from anyio import to_thread
from litestar.types import Scope
from sqlmodel import Session

from jobs import work

AT_ONCE = 4
"""Threads that run Python take turns; with eight of them a crowd cost a third more CPU than with four."""
PATIENCE_SECONDS = 10
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Crowded(Exception):
    """More requests than this process can serve in time."""


class Doors:
    """Lets AT_ONCE requests in; the others wait in the order they came."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise Crowded from None
        try:
            yield
        finally:
            self._free.release()


def enough_threads() -> None:
    """A thread for every admitted request: the framework's own default follows the number of cores."""
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
        await to_thread.run_sync(lambda: work.settle(session, keep=status < 400))
