"""O1: a web process told to leave under load: no request fails, and every live stream goes on elsewhere."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest

from tests.gates import Gate
from tests.sites import Site, passport

A_SECOND, BROWSERS, STREAMS = 20, 12, 10
GONE_SECONDS = 10
PATIENCE_SECONDS = 15
DEAL = 1
SERVES = "Application startup complete"


@dataclass
class Asking:
    """Requests at an even pace over kept connections. Nothing is asked twice: a failure stays one."""

    browsers: list[httpx.AsyncClient]
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    told: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep_asking(self) -> None:
        """A browser asks one thing at a time; when all are busy the pace drops."""
        idle: asyncio.Queue[httpx.AsyncClient] = asyncio.Queue()
        for browser in self.browsers:
            idle.put_nowait(browser)
        async with asyncio.TaskGroup() as asked:
            while not self.enough.is_set():
                self.told += 1
                asked.create_task(self.ask(await idle.get(), self.told, idle))
                await asyncio.sleep(1 / A_SECOND)

    async def ask(
        self, browser: httpx.AsyncClient, number: int, idle: asyncio.Queue[httpx.AsyncClient]
    ) -> None:
        kind, asked = self._next(browser, number)
        try:
            answer = await asked
        except httpx.HTTPError as trouble:
            self.failures.append(f"{kind}: {type(trouble).__name__}")
            return
        finally:
            idle.put_nowait(browser)
        self.answers[kind] += 1
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            self.failures.append(f"{kind}: {answer.status_code}")

    def _next(self, browser: httpx.AsyncClient, number: int) -> tuple[str, Awaitable[httpx.Response]]:
        if number % 4 == 0:
            return "note", browser.post(f"/deals/{DEAL}/comments", data={"text": f"O1-{number}"})
        if number % 4 == 1:
            return "card", browser.get(f"/deals/{DEAL}")
        return "form", browser.get(f"/deals/{DEAL}/tasks/new")


@dataclass
class Listening:
    """Open live streams, each opened again when it ends, as the browser does."""

    browser: httpx.AsyncClient
    open: set[int] = field(default_factory=set)
    heard: set[int] = field(default_factory=set)
    ends: int = 0

    async def listen(self, number: int) -> None:
        while True:
            with suppress(httpx.HTTPError):
                async with self.browser.stream("GET", f"/live?topics=deal-{DEAL}", timeout=None) as stream:
                    async for line in stream.aiter_lines():
                        self.open.add(number)
                        if line.startswith("data:"):
                            self.heard.add(number)
            self.open.discard(number)
            self.ends += 1
            await asyncio.sleep(0.5 * random.uniform(0.75, 1.25))

    async def all_hear(self) -> bool:
        """Whether every stream hears of the next change, which the notes make all the time."""
        self.heard.clear()
        for _turn in range(PATIENCE_SECONDS * 10):
            if len(self.heard) == STREAMS:
                return True
            await asyncio.sleep(0.1)
        return False


@asynccontextmanager
async def load(site: Site) -> AsyncIterator[tuple[Asking, Listening]]:
    papers = passport("anna")
    async with AsyncExitStack() as opened:

        async def browser(connections: int) -> httpx.AsyncClient:
            limits = httpx.Limits(max_connections=connections)
            client = httpx.AsyncClient(
                base_url=site.url,
                trust_env=False,
                timeout=PATIENCE_SECONDS,
                limits=limits,
                **papers,  # type: ignore[arg-type]
            )
            return await opened.enter_async_context(client)

        asking = Asking([await browser(1) for _number in range(BROWSERS)])
        listening = Listening(await browser(STREAMS))
        streams = [asyncio.create_task(listening.listen(number)) for number in range(STREAMS)]
        pace = asyncio.create_task(asking.keep_asking())
        try:
            yield asking, listening
        finally:
            asking.enough.set()
            await pace
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)


async def leave(site: Site, name: str, number: signal.Signals) -> float:
    """Seconds from the signal to the end of the process."""
    began = time.monotonic()
    process = site.running.pop(name)
    process.send_signal(number)
    await asyncio.to_thread(process.wait, PATIENCE_SECONDS)
    return time.monotonic() - began


async def begin(site: Site, name: str) -> None:
    """Start it and wait until it serves: until then the other one is alone."""
    before = site.log(name).count(SERVES)
    site.start(name)
    while site.log(name).count(SERVES) == before:
        await asyncio.sleep(0.1)


@pytest.mark.gate("O1")
def test_a_deploy_lets_nobody_down(site: Site, gate: Gate) -> None:
    deploys = gate.size(2, 8)
    began = time.monotonic()
    asking, listening, gone, regained = asyncio.run(deployed(site, deploys))
    pace = asking.told / (time.monotonic() - began)

    gate.report(
        f"{deploys} deploys at {pace:.0f} requests/s: {asking.answers.total()} answered "
        f"({', '.join(f'{kind} {count}' for kind, count in sorted(asking.answers.items()))}), "
        f"{len(asking.failures)} failed {Counter(asking.failures) or ''}",
        ok=not asking.failures and asking.answers.total() > A_SECOND,
        failed=len(asking.failures),
    )
    gate.report(
        f"gone in {max(gone):.1f} s; {listening.ends} ends of {STREAMS} streams, "
        f"all hear again after {regained} of {deploys} deploys",
        ok=max(gone) <= GONE_SECONDS and regained == deploys and listening.ends >= deploys,
        gone_seconds=max(gone),
    )


async def deployed(site: Site, times: int) -> tuple[Asking, Listening, list[float], int]:
    gone, regained = [], 0
    async with load(site) as (asking, listening):
        await listening.all_hear()
        for turn in range(times):
            name = f"web-{turn % 2 + 1}"
            gone.append(await leave(site, name, signal.SIGTERM))
            regained += await listening.all_hear()
            await begin(site, name)
    return asking, listening, gone, regained


@pytest.mark.control("O1")
def test_a_killed_process_lets_people_down(site: Site, gate: Gate) -> None:
    async def killed() -> int:
        async with load(site) as (asking, _listening):
            for _attempt in range(10):
                asked = [asyncio.create_task(ask_anew(browser)) for browser in asking.browsers]
                await asyncio.sleep(0.3)  # by now each process is answering somebody
                await leave(site, "web-1", signal.SIGKILL)
                await asyncio.sleep(0.1)
                for one in asked:
                    one.cancel()
                ended = await asyncio.gather(*asked, return_exceptions=True)
                if failed := sum(isinstance(one, httpx.HTTPError) for one in ended):
                    return failed
                await begin(site, "web-1")
        return 0

    failed = asyncio.run(asyncio.wait_for(killed(), 60))
    gate.report(f"SIGKILL instead: {failed} requests failed", ok=failed > 0)


async def ask_anew(browser: httpx.AsyncClient) -> None:
    """Again and again over new connections: kept ones would all be of the process that stays."""
    while True:
        await browser.get("/deals", headers={"Connection": "close"})
