"""/onec/exchange: 1C leads, we answer (FACTS: checkauth, init, file, import, complete, deactivate, query, info)."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import RawBody
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from domain.access import Permission
from domain.deals import Stage
from domain.exchange import accepting, receiving, visiting
from domain.exchange.catalogue.report import sentence
from domain.exchange.commerceml import writing
from domain.exchange.commerceml.source import ROOT
from domain.exchange.models import Message, MessageState
from domain.exchange.visiting import Visitor
from domain.kernel import clock
from domain.kernel.errors import DomainError
from domain.kernel.text import _
from jobs.work import glance, unit_of_work
from web.onec import answers, caller

FILE_LIMIT = 1_000_000
"""Bytes of a chunk: below the usual limit of a proxy in front of us."""
PATIENCE, PAUSE = 2.0, 0.1
"""Seconds we wait for the job before saying «progress»: 1C repeats at once, without a pause of its own."""
SALE_VERSION = "2.09"
ENDINGS = tuple(f"</{ROOT}>".encode(encoding) for encoding in ("utf-8", "windows-1251"))
"""Old modules never ask to import the orders they send back: their end is the sign."""

Asked = Request[Any, Any, Any]
Answer = Response[bytes]


def unreadable(_request: Asked, no: HTTPException) -> Answer:
    """What the framework refuses (a body too large, a broken address) is a failure in words for 1C too."""
    return answers.failure(_("The request can't be read: %(reason)s", reason=no.detail))


class SiteExchange(Controller):
    path = "/onec/exchange"
    exception_handlers = {HTTPException: unreadable}  # noqa: RUF012  read by the framework only

    @get(sync_to_thread=True, permission=Permission.ONEC_SITE)
    def asked(self, request: Asked) -> Answer:
        return answer(request, b"")

    @post(sync_to_thread=True, permission=Permission.ONEC_SITE, status_code=200)
    def sent(self, request: Asked, body: RawBody) -> Answer:
        return answer(request, body)


def answer(request: Asked, body: bytes) -> Answer:
    """Refusals are answers too: the status stays 200 and the operator of 1C reads the sentence."""
    mode = request.query_params.get("mode", "")
    try:
        if mode == "checkauth":
            return checkauth(request)
        visitor = caller.recognised(request)
        act = MODES.get(mode)
        if act is None:
            return answers.failure(_("Unknown mode «%(mode)s»", mode=mode[:50]))
        return act(visitor, dict(request.query_params), body)
    except DomainError as no:
        return answers.failure(no.sentence)
    except OperationalError:
        return answers.failure(_("The database is busy or away. Repeat the exchange in a minute."))


def checkauth(request: Asked) -> Answer:
    user, now = caller.by_password(request), clock.now()
    address = request.client.host if request.client else None
    with unit_of_work() as session:
        token = visiting.enter(
            session, user, agent=request.headers.get("user-agent", ""), address=address, now=now
        )
        visiting.connection_of(session, user).heard_at = now
    return answers.success(caller.COOKIE, token, f"sessid={token[:16]}", f"timestamp={int(now.timestamp())}")


def init(visitor: Visitor, query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        receiving.begin(session, visitor.key, now=clock.now())
    limits = ["zip=yes", f"file_limit={FILE_LIMIT}"]
    if query.get("type") == "sale" and "version" in query:
        limits += [f"sessid={visitor.key[:16]}", f"version={SALE_VERSION}"]
    return answers.lines(*limits)


def file(visitor: Visitor, query: Mapping[str, str], body: bytes) -> Answer:
    name, now = query.get("filename", ""), clock.now()
    with unit_of_work() as session:
        receiving.append(session, visitor.key, name, body, now=now)
        if query.get("type") == "sale" and body.rstrip().endswith(ENDINGS):
            exchange = visiting.current(session, visitor, now=now)
            accepting.accept(session, exchange, name, now=now)
    return answers.success()


def import_(visitor: Visitor, query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        exchange = visiting.current(session, visitor, now=clock.now())
        message = accepting.accept(session, exchange, query.get("filename", ""), now=clock.now())
    return outcome(message)


def deactivate(visitor: Visitor, query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        exchange = visiting.current(session, visitor, now=clock.now())
        moment = _moment(query.get("timestamp", "")) or exchange.since
        message = accepting.withdraw_unlisted(session, exchange, moment=moment)
    return (
        outcome(message) if message else answers.progress(_("Files of this exchange are still being taken"))
    )


def _moment(timestamp: str) -> datetime | None:
    """The second of checkauth; `since` is never later than what we told 1C."""
    return (
        datetime.fromtimestamp(int(timestamp), UTC) if timestamp.isdigit() and len(timestamp) <= 10 else None
    )


def outcome(message: Message) -> Answer:
    """What has come of the message, waiting a little for the job."""
    state, error, report = message.state, message.error, message.report
    deadline = time.monotonic() + PATIENCE
    while state in (MessageState.QUEUED, MessageState.WORKING) and time.monotonic() < deadline:
        time.sleep(PAUSE)
        with glance() as session:
            asked = select(Message.state, Message.error, Message.report).where(Message.id == message.id)
            state, error, report = session.exec(asked).one()
    match state:
        case MessageState.DONE:
            return answers.success(sentence(report))
        case MessageState.DEAD:
            return answers.failure(error)
        case MessageState.DISMISSED:
            return answers.success(_("Set aside by a person"))
    return answers.progress(_("Being taken: %(name)s", name=message.payload.get("filename", "")))


def done(_visitor: Visitor, _query: Mapping[str, str], _body: bytes) -> Answer:
    return answers.success()


def orders(visitor: Visitor, _query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        zone = ZoneInfo(visiting.connection_of(session, visitor.user).timezone)
    return answers.xml(writing.orders(at=clock.now().astimezone(zone)))


def info(_visitor: Visitor, _query: Mapping[str, str], _body: bytes) -> Answer:
    with glance() as session:
        stages = session.exec(
            select(Stage.id, Stage.name).order_by(Stage.funnel_id, col(Stage.position))
        ).all()
    return answers.xml(writing.reference(stages))


MODES: dict[str, Callable[[Visitor, Mapping[str, str], bytes], Answer]] = {
    "init": init,
    "file": file,
    "import": import_,
    "complete": done,
    "deactivate": deactivate,
    "query": orders,
    "success": done,
    "info": info,
}
