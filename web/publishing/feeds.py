"""GET /public/feeds/yandex.xml and its siblings: made once an edition of the stock, kept as a file."""

import gzip
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from anyio import to_thread
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from sqlmodel import Session, col

from domain.access import Permission
from domain.estate import Booking, BookingState
from domain.estate.pricing.sale import edges_passed
from domain.kernel import formats
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.settings import settings
from domain.kernel.text import _
from domain.publishing import stock
from domain.publishing.feeds import doctor, fetching
from domain.publishing.feeds.fetching import Fetch
from domain.publishing.models import FeedFormat
from web.compression import offered
from web.given import Given
from web.publishing import caching, outside
from web.publishing.journal import journal
from web.publishing.outside import TooOften, too_often
from web.release import release

CHUNK = 256 * 1024
PIECES = 200
"""Flats squeezed at once."""
_making = {format_: Lock() for format_ in FeedFormat}


@dataclass(frozen=True)
class Made:
    path: Path
    mark: str


def _at_its_address(format_: FeedFormat) -> HTTPRouteHandler:
    """An address each: one handler of several is not what the framework does well."""

    @get(
        f"/public/feeds/{format_}.xml",
        sync_to_thread=True,
        permission=Permission.PUBLIC,
        exception_handlers={TooOften: too_often},
    )
    def show(request: Request[Any, Any, Any], session: Given[Session], now: Given[datetime]) -> Response[Any]:
        """The file, 304 for who has it; while it is switched off there is no such address."""
        outside.admit(request)
        if not fetching.is_open(session, format_, request.query_params.get("token", "")):
            raise Missing(_("There is no such feed"))
        return _answer(request, session, format_, now=now)

    return show


public_feeds = [_at_its_address(format_) for format_ in FeedFormat]


def _answer(
    request: Request[Any, Any, Any], session: Session, format_: FeedFormat, *, now: datetime
) -> Response[Any]:
    began = time.perf_counter()
    made = made_for(session, format_, now=now)
    known = caching.knows(request, made.mark)
    journal.note(
        Fetch(
            format=format_,
            at=now,
            agent=request.headers.get("user-agent", ""),
            status=304 if known else 200,
            size=0 if known else made.path.stat().st_size,
            milliseconds=round((time.perf_counter() - began) * 1000),
        )
    )
    sent = {"ETag": made.mark, "Cache-Control": "public, max-age=60", "Vary": "Accept-Encoding"}
    if known:
        return Response(None, status_code=304, headers=sent)
    return _sent(made.path, sent, accepted=request.headers.get("accept-encoding", ""))


def _sent(path: Path, headers: dict[str, str], *, accepted: str) -> Response[Any]:
    packed = "gzip" in offered(accepted)
    sent = {**headers, "Content-Encoding": "gzip"} if packed else headers
    file = path.open("rb") if packed else gzip.open(path)  # noqa: SIM115  `_chunks` closes it
    return Stream(_chunks(file), headers=sent, media_type="application/xml; charset=utf-8")


async def _chunks(file: Any) -> AsyncIterator[bytes]:
    """Opened before the answer begins, so that a newer file may take its place meanwhile."""
    with file:
        while chunk := await to_thread.run_sync(file.read, CHUNK):
            yield chunk


def made_for(session: Session, format_: FeedFormat, *, now: datetime) -> Made:
    """The file of this edition; made by whoever comes first, the others wait."""
    mark = edition(session, format_, now=now)
    path = _folder() / f"{format_}-{mark}.xml.gz"
    with _making[format_]:
        if not path.is_file():
            _make(session, format_, path, now=now)
    return Made(path, f'W/"{mark}"')


def edition(session: Session, format_: FeedFormat, *, now: datetime) -> str:
    """Of everything in the file. Bookings whose term is over count before anybody has closed them, and
    promotions begin and end by the clock alone."""
    over = pick(sa.func.count(col(Booking.id))).where(
        col(Booking.state) == BookingState.ACTIVE, col(Booking.until) <= now
    )
    passed = session.execute(pick(over.scalar_subquery(), edges_passed(now))).one()
    shown = (release(), format_, stock.standing(session), tuple(passed))
    return hashlib.blake2b(repr(shown).encode(), digest_size=12).hexdigest()


def _make(session: Session, format_: FeedFormat, path: Path, *, now: datetime) -> None:
    """Beside, and put in place whole; the files of earlier editions go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    at = formats.here(now)
    with gzip.open(draft, "wb", compresslevel=5) as file:
        for piece in _gathered(doctor.document(session, format_, now=now, at=at)):
            file.write(piece)
    draft.replace(path)
    for other in path.parent.glob(f"{format_}-*.xml.gz"):
        if other != path:
            other.unlink(missing_ok=True)


def _gathered(pieces: Iterator[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) >= PIECES:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _folder() -> Path:
    return settings().home / "feeds"
