"""What a handler answers with: a page, some regions, or "done" in the way the asker understands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from domain.kernel.text import current_language
from web.addresses import local
from web.navigation import chrome
from web.templating import environment

FLASH = "karkas-flash"
"""A one-shot cookie that carries the toast over a redirect when there is no JavaScript."""


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asks for a region; history restores and boosted links want the whole page.

    The header is the browser's word: it chooses a shape, never a right.
    """
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def render(request: Request[Any, Any, Any], template: str, /, **context: Any) -> str:
    """The template as text, with what every template may count on: request, user, language."""
    base = {"request": request, "user": request.scope.get("user"), "language": current_language()}
    return environment().get_template(template).render({**base, **context})


def page(
    request: Request[Any, Any, Any], template: str, /, *, status: int = HTTP_200_OK, **context: Any
) -> Response[str]:
    """A whole page with the top bar, bell and live horizon around it."""
    body = render(request, template, **{**chrome(request), "flash": flash(request), **context})
    answer = html(body, status=status)
    if request.cookies.get(FLASH):
        answer.set_cookie(_flash_cookie("", seconds=0))
    return answer


def region(
    request: Request[Any, Any, Any], template: str, /, *, status: int = HTTP_200_OK, **context: Any
) -> Response[str]:
    """One partial, swapped by its own id."""
    return html(render(request, template, **context), status=status)


@dataclass(frozen=True)
class Toast:
    """A short word after the deed; `undo` is the address that takes it back."""

    text: str
    undo: str | None = None

    def as_json(self) -> str:
        return json.dumps({"text": self.text, "undo": self.undo})


def done(
    request: Request[Any, Any, Any],
    *,
    to: str,
    body: str = "",
    toast: str | Toast | None = None,
    triggers: Mapping[str, Any] | None = None,
) -> Response[str]:
    """The deed is done.

    htmx gets `body` (regions rendered by the handler) and the toast as an event; a plain form is
    sent to `to`, which shows the toast. Without a body htmx is sent to `to` as well.
    """
    told = Toast(toast) if isinstance(toast, str) else toast
    if not wants_fragment(request):
        return _redirect(to, told)
    headers = {}
    events = {**(triggers or {}), **({"toast": json.loads(told.as_json())} if told else {})}
    if events:
        headers["HX-Trigger"] = json.dumps(events)
    if body:
        return html(body, headers=headers)
    if told:
        answer = html("", headers={"HX-Redirect": to})
        answer.set_cookie(_flash_cookie(told.as_json()))
        return answer
    return html("", headers={"HX-Redirect": to})


def html(body: str, *, status: int = HTTP_200_OK, headers: Mapping[str, str] | None = None) -> Response[str]:
    return Response(body, media_type="text/html", status_code=status, headers=dict(headers or {}))


def flash(request: Request[Any, Any, Any]) -> dict[str, Any] | None:
    """The toast left by the request before a redirect; anything unreadable is nothing."""
    try:
        told = json.loads(unquote(request.cookies.get(FLASH, "")))
        text, undo = told["text"], told.get("undo")
        text.encode()  # JSON can carry half of a character
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return {"text": text, "undo": undo if isinstance(undo, str) and undo == local(undo) else None}


def _redirect(to: str, toast: Toast | None) -> Response[str]:
    answer = html("", status=HTTP_303_SEE_OTHER, headers={"Location": to})
    if toast:
        answer.set_cookie(_flash_cookie(toast.as_json()))
    return answer


def _flash_cookie(told: str, *, seconds: int = 20) -> Cookie:
    return Cookie(key=FLASH, value=quote(told), max_age=seconds, httponly=True, samesite="lax", path="/")
