"""GET /notices: what concerns me; the bell itself as a region."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from sqlmodel import Session

from domain.access import Permission, User
from domain.notices.inbox import inbox, read_all, unread_count
from web import replies
from web.given import Given


class Notices(Controller):
    path = "/notices"

    @get(sync_to_thread=True, permission=Permission.SIGNED_IN)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return replies.page(request, "notices/list.html", lines=inbox(session, user, now=now))

    @get("/bell", sync_to_thread=True, permission=Permission.SIGNED_IN)
    def bell(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        return replies.region(request, "layouts/_bell.html", unread=unread_count(session, user))

    @post("/reading", sync_to_thread=True, permission=Permission.SIGNED_IN, status_code=200)
    def read(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        read_all(session, user, now=now)
        return replies.done(request, to="/notices")
