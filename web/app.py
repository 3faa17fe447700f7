"""The site: routes behind one door, wrapped so that every answer is safe and small."""

import gc
import logging
import time
import uuid
from typing import Any, cast

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.exceptions import LitestarException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import DBAPIError

from domain import wiring  # noqa: F401  rules and wording must be registered before the first request
from domain.kernel.settings import settings
from domain.kernel.text import speak
from jobs import logs
from web import addresses, compression, errors, given, guards, headers, metrics, transaction
from web.assets import static_files
from web.live import hub
from web.memory import keep_lean
from web.publishing.journal import journal
from web.pulse import pulse
from web.routes import ROUTES

log = logging.getLogger(__name__)

LARGEST_BODY = 32 * 1024 * 1024
"""A chunk of a 1C file or a photo; larger files come in chunks."""
LONGEST_ADDRESS = 8_000
UNCOUNTED = ("/live", "/health/", "/metrics")
"""Streams hold no connection, and a probe must be answered also by a crowded process."""


class UnguardedRoutes(Exception):
    """A route declares no permission: the application does not start with a hole in it."""


def create_app() -> "Site":
    app = Litestar(
        route_handlers=ROUTES,
        dependencies=given.PROVIDED,
        exception_handlers=errors.HANDLERS,
        guards=[guards.admit],
        on_startup=[
            keep_lean,
            transaction.enough_threads,
            listening_started,
            metrics.requests.start,
            settled,
        ],
        on_shutdown=[hub.stop, pulse.stop, metrics.requests.stop, journal.stop],
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    if holes := guards.routes_without_permission(app):
        raise UnguardedRoutes(f"Routes without a declared permission: {', '.join(holes)}")
    return Site(app)


async def listening_started() -> None:
    hub.start()
    pulse.start()
    journal.start()


def settled() -> None:
    """Templates and mappers will live as long as the process: take them out of the collector's sight.

    Measured: a fifth to a third of the CPU of a page. Most pages leave it nothing, so that it looks often but
    seldom in vain; what a few leave would otherwise lie there by the megabyte.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


class Site:
    """Around the application: request number, static files, refusals, headers, compression."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self.static: ASGIApp = static_files
        self.doors = transaction.Doors()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        scope["request_id"] = uuid.uuid4().hex[:12]
        logs.request_id.set(scope["request_id"])
        speak(settings().locale)
        outgoing = Outgoing(scope, send)
        if not readable(scope):
            await outgoing.refuse()
        elif scope["path"].startswith("/static/"):
            await self.static(scope, receive, outgoing.secured)
        elif scope["path"].startswith(UNCOUNTED):
            await self.app(scope, receive, outgoing)
        else:
            await self.admitted(scope, receive, outgoing)

    async def admitted(self, scope: Scope, receive: Receive, outgoing: "Outgoing") -> None:
        """Into the application, and out with the transaction ended whatever happens on the way."""
        try:
            async with self.doors.one(scope, receive) as place:
                outgoing.place = place
                try:
                    await self.app(scope, place.hear, outgoing)
                finally:
                    await transaction.end(scope, 500)
        except Exception as failure:
            if outgoing.left:
                raise
            await self.told(scope, receive, outgoing, failure)

    async def told(self, scope: Scope, receive: Receive, outgoing: "Outgoing", failure: Exception) -> None:
        """The answer when the application itself could not give one: crowded, or the commit failed."""
        cause = failure.__cause__ if isinstance(failure, LitestarException) else failure
        match cause:
            case transaction.Crowded():
                words: Any = errors.away
            case DBAPIError():
                words = errors.database
            case _:
                words = errors.broken
        scope.setdefault("litestar_app", self.app)
        request = Request[Any, Any, Any](scope, receive)
        answer = words(request, cause or failure).to_asgi_response(app=None, request=request)
        await answer(scope, receive, outgoing.packed)


def readable(scope: Scope) -> bool:
    """Addresses and headers that every layer below can read: no NUL, no broken UTF-8, no lone surrogates."""
    raw: bytes = scope.get("raw_path") or b""
    query: bytes = scope.get("query_string", b"")
    if len(raw) + len(query) > LONGEST_ADDRESS or b"\0" in raw or b"%00" in raw or b"%00" in query:
        return False
    try:
        scope["path"].encode()
        for name, value in scope["headers"]:
            if name == b"host" and not addresses.is_host(value):
                return False
            if name in {b"x-csrftoken", b"cookie", b"hx-current-url", b"accept-encoding"}:
                value.decode("ascii")
    except UnicodeError:
        return False
    return True


class Outgoing:
    """The way out of one request: headers on everything, compression of whole pages."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.send = send
        self.place: transaction.Place | None = None
        self.start: Message | None = None
        self.left = False
        """Something of the answer has gone out: nothing else can be said."""
        self.began = time.perf_counter()

    async def secured(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.left = True
            message = headers.secured(message, https=self.scope["scheme"] == "https")
            metrics.observe(self.scope, message["status"], time.perf_counter() - self.began)
        await self.send(message)

    async def __call__(self, message: Message) -> None:
        """What the application says; nothing of it leaves before its transaction has ended."""
        if self.start is not None and message["type"] == "http.response.body":
            await transaction.end(self.scope, cast(Any, self.start)["status"])
            if self.place is not None:
                self.place.leave()
        await self.packed(message)

    async def packed(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is None or message["type"] != "http.response.body":
            await self.send(message)
            return
        start, self.start = self.start, None
        whole = not message.get("more_body", False)
        if whole and (packed := self._packed(start, message["body"])):
            start, message = packed
        await self.secured(start)
        await self.send(message)

    def _packed(self, start: Any, body: bytes) -> tuple[Any, Any] | None:
        given_headers = {name.lower(): value for name, value in start["headers"]}
        accepted = next((v for n, v in self.scope["headers"] if n == b"accept-encoding"), b"")
        codec = compression.choose(accepted.decode("ascii", "replace"))
        kind = given_headers.get(b"content-type", b"")
        if codec is None or b"content-encoding" in given_headers or not compression.worth_it(kind, body):
            return None
        name, squeeze = codec
        small = squeeze(body)
        kept = [(n, v) for n, v in start["headers"] if n.lower() != b"content-length"]
        kept += [(b"content-length", str(len(small)).encode()), (b"content-encoding", name.encode())]
        return {**start, "headers": kept}, {"type": "http.response.body", "body": small, "more_body": False}

    async def refuse(self) -> None:
        body = "Адрес или заголовки запроса не читаются. / The request can't be read.".encode()
        await self.secured(
            {
                "type": "http.response.start",
                "status": 400,
                "headers": [
                    (b"content-type", b"text/plain; charset=utf-8"),
                    (b"content-length", str(len(body)).encode()),
                ],
            }
        )
        await self.send({"type": "http.response.body", "body": body, "more_body": False})
