"""The domain says no; the browser hears a status and a sentence. Nothing here shows a traceback."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from domain.kernel.errors import DomainError, Forbidden, Invalid, Missing, Refused
from domain.kernel.text import _
from web import addresses, replies
from web.navigation import quiet
from web.transaction import Crowded, Stalled

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "5"
BUSY = {"55P03", "40001", "40P01"}
"""SQLSTATE: lock not available, serialization failure, deadlock: somebody else was first."""

Asked = Request[Any, Any, Any]


def refused(request: Asked, no: Refused) -> Response[Any]:
    return answer(request, 409, no.sentence, reasons=no.reasons)


def invalid(request: Asked, no: Invalid) -> Response[Any]:
    return answer(request, 422, _("Check the form"), fields=no.fields)


def missing(request: Asked, no: Missing) -> Response[Any]:
    return answer(request, 404, no.sentence)


def forbidden(request: Asked, no: Forbidden) -> Response[Any]:
    return answer(request, 403, no.sentence)


def unknown_person(request: Asked, no: NotAuthorizedException) -> Response[Any]:
    """To sign-in and back. htmx is told to go there itself, or the form would land in a table cell."""
    if request.headers.get("hx-request") == "true":
        here = addresses.parts(request.headers.get("hx-current-url", "/"))
        return replies.html("", status=401, headers={"HX-Redirect": sign_in_address(here.path, here.query)})
    if _wants_json(request):
        return answer(request, 401, _("Sign in first"))
    back = (request.url.path, request.url.query) if request.method == "GET" else ("/", "")
    return replies.html("", status=303, headers={"Location": sign_in_address(*back)})


def sign_in_address(path: str, query: str) -> str:
    whole = f"{path}?{query}" if query else path
    return "/sign-in" if whole == "/" else f"/sign-in?next={quote(whole)}"


def malformed(request: Asked, no: ValidationException) -> Response[Any]:
    """A body that is not even a form: a wrong type, a missing field, an unreadable number."""
    named = no.extra if isinstance(no.extra, list) else []
    fields = {
        str(problem.get("key") or "form"): _("This value can't be read")
        for problem in named
        if isinstance(problem, dict)
    }
    return answer(request, 422, _("Check the form"), fields=fields)


def http(request: Asked, no: HTTPException) -> Response[Any]:
    sentences = {
        400: _("The request can't be read. Reload the page and try again."),
        404: _("There is no such page"),
        405: _("This address does not take such a request"),
        413: _("The file or the form is too large"),
        415: _("This kind of data is not accepted here"),
    }
    status = no.status_code
    if status >= 500:
        return broken(request, no)
    return answer(request, status, sentences.get(status, sentences[400]), headers=dict(no.headers or {}))


def database(request: Asked, no: DBAPIError) -> Response[Any]:
    """Away is 503, a lost race is 409, what can't be stored is 422: never a 500."""
    state = getattr(no.orig, "sqlstate", None) or ""
    if state in BUSY or isinstance(no, IntegrityError):
        log.warning("collision", extra={"sqlstate": state})
        return answer(request, 409, _("Someone changed this at the same moment. Look again and repeat."))
    if isinstance(no, DataError):
        return answer(request, 422, _("A value is too large or can't be stored"))
    if isinstance(no, OperationalError | InterfaceError) or no.connection_invalidated:
        return away(request, no)
    return broken(request, no)


def away(request: Asked, no: Exception) -> Response[Any]:
    log.error("database away", extra={"failure": type(no).__name__})
    sentence = _("The database does not answer. Repeat in a few seconds: what was saved is safe.")
    return answer(request, 503, sentence, headers={"Retry-After": RETRY_AFTER_SECONDS})


def stalled(request: Asked, _no: Exception) -> Response[Any]:
    sentence = _("What was being sent stopped on its way. Check the connection and send it again.")
    return answer(request, 408, sentence, headers={"Connection": "close"})


def unreadable(request: Asked, no: Exception) -> Response[Any]:
    """Broken UTF-8, an unknown charset, nesting without end: the sender's mistake."""
    return answer(request, 400, _("The request can't be read. Reload the page and try again."))


def unknown_charset(request: Asked, no: LookupError) -> Response[Any]:
    """Python's word for a charset nobody knows; a missing key of our own is a fault of ours."""
    return unreadable(request, no) if type(no) is LookupError else broken(request, no)


def broken(request: Asked, no: Exception) -> Response[Any]:
    log.error("unexpected", exc_info=no, extra={"path": request.url.path, "method": str(request.method)})
    number = request.scope.get("request_id", "")
    return answer(
        request, 500, _("Something broke on our side. We already know: request %(number)s.", number=number)
    )


def answer(
    request: Asked,
    status: int,
    sentence: str,
    *,
    reasons: tuple[str, ...] = (),
    fields: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    """The same words as a region, a page or JSON, by what the asker understands."""
    told: dict[str, Any] = {
        "status": status,
        "sentence": sentence,
        "reasons": reasons,
        "fields": fields or {},
    }
    if _is_outside(request):
        headers = {**(headers or {}), "Access-Control-Allow-Origin": "*"}
    if _wants_json(request):
        return Response(told, status_code=status, headers=headers, media_type="application/json")
    if replies.wants_fragment(request):
        aimed = {"HX-Retarget": "#flash", "HX-Reswap": "innerHTML", **(headers or {})}
        return replies.html(replies.render(request, "ui/_refusal.html", **told), status=status, headers=aimed)
    body = replies.render(request, "ui/error.html", **quiet(request), **told)
    return replies.html(body, status=status, headers=headers)


def _wants_json(request: Asked) -> bool:
    return _is_outside(request) or request.headers.get("accept", "").startswith("application/json")


def _is_outside(request: Asked) -> bool:
    """A refusal at a public address may be read by the page that asked, whatever site it is on."""
    return request.url.path.startswith("/public/")


HANDLERS: dict[type[Exception] | int, Callable[[Any, Any], Response[Any]]] = {
    Refused: refused,
    Invalid: invalid,
    Missing: missing,
    Forbidden: forbidden,
    DomainError: refused,
    NotAuthorizedException: unknown_person,
    401: unknown_person,
    ValidationException: malformed,
    HTTPException: http,
    DBAPIError: database,
    PoolExhausted: away,
    Crowded: away,
    Stalled: stalled,
    UnicodeError: unreadable,
    LookupError: unknown_charset,
    RecursionError: unreadable,
    Exception: broken,
}
