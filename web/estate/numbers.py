"""Numbers of units as addresses and forms carry them, and the page a person came from."""

from collections.abc import Iterable
from typing import Any

from litestar import Request

from web import addresses

LONGEST = 18
"""Digits: whatever is longer is no number of ours."""


def numbers(texts: Iterable[str]) -> list[int]:
    """Each once in the order given, in repeated fields or between commas; what is no number is left out."""
    parts = (part.strip() for text in texts for part in text.split(","))
    found = (int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= LONGEST)
    return list(dict.fromkeys(found))


def number(text: str) -> int | None:
    return next(iter(numbers([text])), None)


def back(request: Request[Any, Any, Any], otherwise: str) -> str:
    """Where a plain form goes after the deed: the page it stands on, when that is one of ours."""
    came = addresses.parts(request.headers.get("referer", ""))
    here = came.netloc == request.headers.get("host", "")
    return addresses.local(f"{came.path}?{came.query}" if came.query else came.path) if here else otherwise
