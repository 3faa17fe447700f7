"""Notices a database that has fallen silent: it neither answers nor hangs up.

Whoever asked it would wait until it wakes (a machine that is frozen, a network that swallows packets:
the server's own time limits do not help there). So after a silence every pooled connection of this
process is cut: those who wait are told that the database is away, and nobody new starts waiting.
"""

import asyncio
import logging
import os
import socket
import threading
import weakref
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import Engine, Pool, event

from domain.kernel.settings import settings

EVERY_SECONDS = 0.5
SILENCE_SECONDS = 1.6
"""`select 1` waits for no lock and no disk: who cannot answer it in this time cannot serve a page either."""
HOPE_SECONDS = 0.3
"""For how long a request waits for a silent database to be heard again."""

log = logging.getLogger(__name__)

_pooled: weakref.WeakSet["psycopg.Connection[Any]"] = weakref.WeakSet()


class Pulse:
    def __init__(self) -> None:
        self._heard = threading.Event()
        self._heard.set()
        self._feeling: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._feeling = asyncio.create_task(self._feel())

    async def stop(self) -> None:
        if self._feeling:
            self._feeling.cancel()
            with suppress(asyncio.CancelledError):
                await self._feeling

    def demand(self) -> None:
        """Raise what a dead connection would raise, when nobody has been heard and is not just now."""
        if not self._heard.wait(HOPE_SECONDS):
            raise psycopg.OperationalError("the database is silent")

    async def _feel(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    settings().database_url, autocommit=True, connect_timeout=3
                ) as connection:
                    while True:
                        await self._beat(connection)
                        await asyncio.sleep(EVERY_SECONDS)
            except psycopg.Error:
                self._heard.set()  # it hung up: the connections know that by themselves
            await asyncio.sleep(EVERY_SECONDS)

    async def _beat(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        asked = asyncio.ensure_future(connection.execute("select 1"))
        try:
            for _look in range(2):  # a process that was held up itself has not seen the answer at the first
                answered, _waiting = await asyncio.wait([asked], timeout=SILENCE_SECONDS / 2)
            if not answered:
                log.error("database silent")
                self._heard.clear()
                hang_up()
            await asked
        finally:
            asked.cancel()
        self._heard.set()


pulse = Pulse()


def hang_up() -> None:
    """Cut every pooled connection: whoever waits on one gets an error at once."""
    for connection in list(_pooled):
        with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)


@event.listens_for(Pool, "connect")
def _remember(connection: "psycopg.Connection[Any]", _record: object) -> None:
    _pooled.add(connection)


@event.listens_for(Engine, "do_connect")
def _only_to_one_that_answers(*_about: object) -> None:
    pulse.demand()
