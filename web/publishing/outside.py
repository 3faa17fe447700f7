"""Who asks from outside: how often one address may, from pages of which sites, and what answers carry."""

import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from litestar import Request, Response
from sqlmodel import Session

from domain.access.throttling import network
from domain.kernel.errors import Forbidden, Refused
from domain.kernel.text import _, speak
from domain.publishing import sites
from web.guards import same_origin

AT_ONCE, A_SECOND = 600, 20
"""What one address may ask of one process: so many together, and so many a second for ever."""
ADDRESSES = 20_000
KEPT = "public, max-age=15"
"""A booking is seen outside a quarter of a minute later at most."""


class TooOften(Refused):
    """One address asks more than people do."""


class Buckets:
    """A bucket of questions an address, refilled all the time; the addresses met last, so many as fit."""

    def __init__(self, room: int = ADDRESSES) -> None:
        self.room = room
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str, *, at: float) -> bool:
        """Whether there was a question left."""
        with self._lock:
            left, since = self._left.pop(address, (float(AT_ONCE), at))
            left = min(AT_ONCE, left + (at - since) * A_SECOND)
            self._left[address] = (max(left - 1, 0), at)
            while len(self._left) > self.room:
                self._left.popitem(last=False)
            return left >= 1

    def clear(self) -> None:
        with self._lock:
            self._left.clear()


buckets = Buckets()


def admit(request: Request[Any, Any, Any], session: Session | None = None) -> None:
    """Let a question in, or raise TooOften; of a page of another site Forbidden, unless it is in the list.

    Speaks the language asked for from here on.
    """
    speak(request.query_params.get("language", ""))
    if not buckets.take(network(address_of(request)), at=time.monotonic()):
        raise TooOften(_("Too many questions from your address. Wait a minute."))
    origin = request.headers.get("origin")
    if origin is None or session is None or same_origin(request) or sites.is_allowed(session, origin):
        return
    raise Forbidden(_("The site %(site)s is not allowed to show the flats", site=origin))


def address_of(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else "-"


def headers(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Of an answer to a question that was admitted."""
    origin = request.headers.get("origin")
    read = {"Access-Control-Allow-Origin": origin} if origin else {}
    return {**read, "Vary": "Origin, Accept-Encoding", "Cross-Origin-Resource-Policy": "cross-origin"}


def too_often(request: Request[Any, Any, Any], no: TooOften) -> Response[Any]:
    told = {"status": 429, "sentence": no.sentence, "reasons": [], "fields": {}}
    waiting = {"Retry-After": "60", "Access-Control-Allow-Origin": "*"}
    return Response(told, status_code=429, headers=waiting, media_type="application/json")
