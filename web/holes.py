"""Pages with holes: what is printed once stands in pages drawn for many, packed already.

A template leaves a hole where something printed goes; the answer is filled when it is made. Text of a
megabyte is then neither put together nor encoded nor packed again for everyone who looks.
"""

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from litestar import Request, Response
from markupsafe import Markup

from web import compression
from web.compression import Packed

HOLE = Markup("<!-- printed -->")
"""Nothing a person wrote can look like it: its brackets would be escaped."""


@dataclass(frozen=True)
class Printed:
    """A part of pages, kept packed."""

    part: Packed
    alone: dict[str, bytes] = field(default_factory=dict, kw_only=True, compare=False)
    """As an answer of its own, by encoding."""


def filled(request: Request[Any, Any, Any], answer: Response[Any], *printed: Printed) -> Response[Any]:
    """The answer with these in its holes in their order, packed for its browser; one without holes (a list,
    a redirect, a 304) as it is."""
    if HOLE not in (answer.content or ""):
        return answer
    around = [piece.encode() for piece in answer.content.split(HOLE)]
    codec = compression.choose(request.headers.get("accept-encoding", ""))
    if codec is None:
        answer.content = _whole(around, printed)
        return answer
    name, squeeze = codec
    answer.headers["Content-Encoding"] = name
    if name == "gzip":
        answer.content = compression.gzip_of(around, [one.part for one in printed])
    elif any(around):
        answer.content = squeeze(_whole(around, printed))
    else:
        (one,) = printed
        answer.content = one.alone.get(name) or one.alone.setdefault(name, squeeze(one.part.body))
    return answer


def _whole(around: list[bytes], printed: tuple[Printed, ...]) -> bytes:
    before, *after = around
    parts = zip((one.part.body for one in printed), after, strict=True)
    return b"".join([before, *chain.from_iterable(parts)])
