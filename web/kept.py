"""What a browser may keep of a page, and how it is told that nothing has changed.

Pages are `no-store` unless they are answered here: then they carry a mark of everything they show, and
the browser that sends the mark back gets 304 and not a byte more.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from domain.kernel.text import current_language
from web import replies
from web.navigation import chrome
from web.release import release

REVALIDATED = "private, no-cache"
"""Kept by the person's own browser alone, and asked about every time."""


def mark(request: Request[Any, Any, Any], *shown: object) -> str:
    """The mark of an answer to this address in the current language that shows these values and no other."""
    address = (request.url.path, request.url.query)
    told = repr((release(), current_language(), address, shown))
    return f'W/"{hashlib.blake2b(told.encode(), digest_size=12).hexdigest()}"'


def revalidated(
    request: Request[Any, Any, Any], mark: str, answer: Callable[[], Response[Any]]
) -> Response[Any]:
    """304 for the browser that has it, else the answer with its mark."""
    known = request.headers.get("if-none-match", "")
    has_it = mark in {one.strip() for one in known.split(",")}
    reply = Response(None, status_code=HTTP_304_NOT_MODIFIED) if has_it else answer()
    reply.headers.update({"ETag": mark, "Cache-Control": REVALIDATED})
    return reply


def page(
    request: Request[Any, Any, Any], template: str, /, *, shown: object, **context: Any
) -> Response[Any]:
    """A whole page that its browser may keep. `shown` is all that `context` says on it.

    What surrounds it is known here. The live horizon does not count: an older one is safe, the stream then
    tells of more than is new. A page with a toast is for once.
    """
    around = chrome(request)
    if replies.flash(request):
        return replies.page(request, template, **context)
    user = request.scope["user"]
    said = {name: value for name, value in around.items() if name != "live_since"}
    own = mark(request, "page", said, user.id, user.name, user.role, shown)
    return revalidated(request, own, lambda: replies.page(request, template, **context))
