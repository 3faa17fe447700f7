"""Many open boards in one thread: each a live stream, and a second connection to look again by."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_SECONDS = 30


@dataclass
class Board:
    """One tab: when it heard each change, and when it had the board again."""

    host: str
    port: int
    headers: dict[str, str]
    topic: str
    address: str
    since: int
    looks_again: bool = False
    heard: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    bytes_read: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    _region: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def listen(self) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        await self._ask(writer, f"/live?topics={self.topic}&since={self.since}", {})
        try:
            while line := await reader.readline():
                if line.startswith((b": open", b"id:")):
                    self.opened.set()
                elif line.startswith(b"data: " + self.topic.encode()):
                    self.heard.append(time.perf_counter())
                    if self.looks_again:
                        await self._look()
        finally:
            writer.close()
            if self._region:
                self._region[1].close()

    async def _look(self) -> None:
        if self._region is None:
            self._region = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._region
        await self._ask(writer, self.address, {"HX-Request": "true", "HX-Request-Type": "partial"})
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
        self.bytes_read += len(await reader.readexactly(length))
        self.statuses.append(int(lines[0].split()[1]))
        self.seen.append(time.perf_counter())

    async def _ask(self, writer: asyncio.StreamWriter, path: str, more: dict[str, str]) -> None:
        told = {"Host": f"{self.host}:{self.port}", "Accept-Encoding": "gzip", **self.headers, **more}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        await writer.drain()


async def opened(boards: list[Board], during: Callable[[], "asyncio.Future[None] | None"]) -> None:
    """Open them all, do what is to be done during, and close them."""
    tasks = [asyncio.create_task(board.listen()) for board in boards]
    try:
        await asyncio.wait_for(asyncio.gather(*(board.opened.wait() for board in boards)), PATIENCE_SECONDS)
        await during()  # type: ignore[misc]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(done: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not done():
        assert time.perf_counter() < deadline, "not all of them heard"
        await asyncio.sleep(0.01)
