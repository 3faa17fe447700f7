"""GET /exchange: every message either way; one message whole; sending it again or dropping it."""

import json
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import MultiDict
from litestar.params import FromPath
from litestar.response import File
from sqlmodel import Session

from domain.access import Permission, User, may
from domain.exchange import deciding, monitor
from domain.exchange.accepting import CATALOG, VANISHED
from domain.exchange.catalogue.report import told
from domain.exchange.models import Connection, Direction, MessageState
from domain.exchange.monitor import Wanted, get_message
from domain.files.storing import path_of
from domain.kernel.errors import Missing
from domain.kernel.text import _
from web import replies
from web.given import Given

Choice = TypeVar("Choice", bound=Enum)


class Exchange(Controller):
    path = "/exchange"

    @get(sync_to_thread=True, permission=Permission.EXCHANGE_SEE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        wanted = read(request.query_params)
        context: dict[str, Any] = {
            "seen": monitor.monitor(session, user, wanted),
            "wanted": wanted,
            "words": monitor,
            "directions": list(Direction),
            "states": list(MessageState),
            "can_retry": may(user, Permission.EXCHANGE_RETRY),
            "here": f"{request.url.path}?{request.url.query}",
        }
        if replies.wants_fragment(request):
            return replies.region(request, "exchange/_messages.html", **context)
        return replies.page(request, "exchange/index.html", **context)


class ExchangeMessages(Controller):
    path = "/exchange/messages/{message_id:int}"

    @get(sync_to_thread=True, permission=Permission.EXCHANGE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        message_id: FromPath[int],
    ) -> Response[str]:
        message = get_message(session, user, message_id)
        return replies.page(
            request,
            "exchange/message.html",
            message=message,
            connection=session.get_one(Connection, message.connection_id),
            payload=pretty(message.payload),
            report=told(message.report) if message.kind in (CATALOG, VANISHED) else message.report,
            can_retry=may(user, Permission.EXCHANGE_RETRY),
            words=monitor,
        )

    @get("/file", sync_to_thread=True, permission=Permission.EXCHANGE_SEE)
    def file(self, session: Given[Session], user: Given[User], message_id: FromPath[int]) -> File:
        """The file as 1C sent it, kept whatever came of it."""
        sha256 = get_message(session, user, message_id).file_sha256
        if not sha256 or not path_of(sha256).is_file():
            raise Missing(_("This message has no file"))
        return File(path_of(sha256), filename=f"onec-{message_id}.xml", media_type="application/octet-stream")

    @post("/retries", sync_to_thread=True, permission=Permission.EXCHANGE_RETRY, status_code=200)
    def retry(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        message_id: FromPath[int],
    ) -> Response[str]:
        deciding.retry(session, get_message(session, user, message_id), by=user, now=now)
        return replies.done(
            request, to="/exchange", toast=_("Message %(number)s is sent again", number=message_id)
        )

    @post("/dismissal", sync_to_thread=True, permission=Permission.EXCHANGE_RETRY, status_code=200)
    def dismiss(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        message_id: FromPath[int],
    ) -> Response[str]:
        deciding.dismiss(session, get_message(session, user, message_id), by=user, now=now)
        return replies.done(
            request, to="/exchange", toast=_("Message %(number)s is dismissed", number=message_id)
        )


def read(query: MultiDict[str]) -> Wanted:
    """The filter in the address; what can't be read does not narrow."""
    before = query.get("before") or ""
    return Wanted(
        direction=_choice(Direction, query.get("direction")),
        state=_choice(MessageState, query.get("state")),
        kind=(query.get("kind") or "").replace("\0", "")[:50],
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _choice(kind: type[Choice], text: str | None) -> Choice | None:
    return next((member for member in kind if member.value == text), None)
