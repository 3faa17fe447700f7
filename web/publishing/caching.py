"""Answers to the outside, made once an edition of what they show and kept packed.

They show nothing of anybody, so everybody gets the same bytes. What was asked about a project that is not
public costs one short read.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Request, Response
from sqlmodel import Session

from domain.publishing import stock
from domain.publishing.stock import PublicProject, Standing
from web import compression
from web.publishing import outside
from web.release import release
from web.shelf import Shelf

ROOM = 12 * 1024 * 1024
UNIT_WEIGHS = 500


@dataclass(frozen=True)
class Drawn:
    """The public stock of a project, read once an edition."""

    edition: object
    project: PublicProject

    @property
    def until(self) -> datetime | None:
        return self.project.until

    @property
    def weight(self) -> int:
        return UNIT_WEIGHS * (1 + len(self.project.units))


@dataclass(frozen=True)
class Answer:
    edition: object
    until: datetime | None
    body: bytes
    packed: dict[str, bytes] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return len(self.body) + 200


projects: Shelf[Drawn] = Shelf(ROOM)
answers: Shelf[Answer] = Shelf(ROOM)


def project_of(session: Session, known: Sequence[Standing], *, now: datetime) -> PublicProject:
    """The stock of the project these standings are of."""
    edition, number = tuple(known), known[0].project_id

    def made() -> Drawn:
        found = stock.read(session, number, now=now)
        assert found, "its standing was read a moment ago, in this view"
        return Drawn(edition, found)

    return projects.take(number, edition, made, now=now).project


def told(
    request: Request[Any, Any, Any],
    key: tuple[object, ...],
    edition: object,
    make: Callable[[], tuple[dict[str, Any], datetime | None]],
    *,
    now: datetime,
) -> Response[Any]:
    """The answer as JSON, kept by `key`; 304 for who has it. `make` also says until when it is true."""

    def made() -> Answer:
        said, until = make()
        return Answer(edition, until, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())

    answer = answers.take(key, edition, made, now=now)
    shown = repr((release(), key, edition, answer.until)).encode()
    mark = f'W/"{hashlib.blake2b(shown, digest_size=12).hexdigest()}"'
    sent = {**outside.headers(request), "ETag": mark, "Cache-Control": outside.KEPT}
    if knows(request, mark):
        return Response(None, status_code=304, headers=sent)
    codec = compression.choose(request.headers.get("accept-encoding", ""))
    body = answer.body
    if codec is not None and len(body) >= compression.SMALLEST:
        name, squeeze = codec
        body = answer.packed[name] = answer.packed.get(name) or squeeze(answer.body)
        sent["Content-Encoding"] = name
    return Response(body, headers=sent, media_type="application/json; charset=utf-8")


def knows(request: Request[Any, Any, Any], mark: str) -> bool:
    return mark in {one.strip() for one in request.headers.get("if-none-match", "").split(",")}


def forget() -> None:
    """For a process that is pointed at another database."""
    projects.clear()
    answers.clear()
    outside.buckets.clear()
