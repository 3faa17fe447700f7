"""/onec/exchange: 1C leads, we answer (the site exchange of CommerceML)."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import RawBody
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from domain.access import Permission
from domain.exchange import visiting
from domain.exchange.visiting import Visitor
from domain.kernel import clock
from domain.kernel.errors import DomainError, Refused
from domain.kernel.text import _
from jobs.work import unit_of_work
from web import errors
from web.onec import answers, caller, files, orders
from web.onec.answers import Answer

Asked = Request[Any, Any, Any]
Query = Mapping[str, str]


DATABASE_AWAY = (OperationalError, InterfaceError, PoolExhausted)
LOCKED = "55P03"
"""SQLSTATE: another request of the same exchange is still at work."""

log = logging.getLogger(__name__)


def unreadable(_request: Asked, no: HTTPException) -> Answer:
    """What the framework refuses (a body too large, a broken address) is a failure in words for 1C too."""
    return answers.failure(_("The request can't be read: %(reason)s", reason=no.detail))


def refused(_request: Asked, no: DomainError) -> Answer:
    return answers.failure(no.sentence)


def broken(_request: Asked, trouble: Exception) -> Answer:
    """Our own mistake or a full disk: 1C would take an error page for an unknown status of import."""
    log.error("site exchange stumbled", exc_info=trouble)
    return answers.failure(_("An error of the site itself; it is written in its log"))


def words_for(kind: int | type[Exception]) -> Callable[[Asked, Any], Response[Any]]:
    if isinstance(kind, int) or issubclass(kind, HTTPException):
        return unreadable
    return refused if issubclass(kind, DomainError) else broken


IN_WORDS = {kind: words_for(kind) for kind in (*errors.HANDLERS, Exception)}
"""The nearest class wins: what the whole site answers by a page is named here too, or 1C would get it."""


class SiteExchange(Controller):
    path = "/onec/exchange"
    exception_handlers = IN_WORDS

    @get(sync_to_thread=True, permission=Permission.ONEC_SITE)
    def asked(self, request: Asked) -> Answer:
        return answer(request, b"")

    @post(sync_to_thread=True, permission=Permission.ONEC_SITE, status_code=200)
    def sent(self, request: Asked, body: RawBody) -> Answer:
        return answer(request, body)


def answer(request: Asked, body: bytes) -> Answer:
    """Refusals are answers too: the status stays 200 and the operator of 1C reads the sentence."""
    try:
        return acted(request, body)
    except DomainError as no:
        return answers.failure(no.sentence)
    except DATABASE_AWAY as away:
        locked = getattr(getattr(away, "orig", None), "sqlstate", "") == LOCKED
        if locked and request.query_params.get("mode") == "import":
            return answers.progress(_("The file is being put together"))
        return answers.failure(_("The database is busy or away. Repeat the exchange in a minute."))


def acted(request: Asked, body: bytes) -> Answer:
    query = dict(request.query_params)
    mode = query.get("mode", "")
    if mode == "checkauth":
        return checkauth(request)
    visitor = caller.recognised(request)
    if mode not in MODES:
        raise Refused(_("Unknown mode «%(mode)s»", mode=mode[:50]))
    return MODES[mode](visitor, query, body)


def checkauth(request: Asked) -> Answer:
    """A cookie of its own for 1C, and the second its exchange began, for `mode=deactivate`."""
    user, now = caller.by_password(request), clock.now()
    agent, address = request.headers.get("user-agent", ""), request.client.host if request.client else None
    with unit_of_work() as session:
        token = visiting.enter(session, user, agent=agent, address=address, now=now)
        visiting.connection_of(session, user).heard_at = now
    return answers.success(caller.COOKIE, token, f"sessid={token[:16]}", f"timestamp={int(now.timestamp())}")


def acknowledged(_visitor: Visitor, _query: Query, _body: bytes) -> Answer:
    return answers.success()


MODES: dict[str, Callable[[Visitor, Query, bytes], Answer]] = {
    "init": files.begin,
    "file": files.receive,
    "import": files.take_over,
    "deactivate": files.withdraw_unlisted,
    "complete": acknowledged,
    "query": orders.query,
    "success": acknowledged,
    "info": orders.statuses,
}
