"""/my/sessions: where I am signed in, and ending what is not me."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from sqlmodel import Session, col

from domain.access import Permission, User, UserSession, sessions
from domain.kernel.db import pick
from domain.kernel.text import _
from web import replies
from web.given import Given


class MySessions(Controller):
    path = "/my/sessions"

    @get(sync_to_thread=True, permission=Permission.SIGNED_IN)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        rows = session.execute(
            pick(
                UserSession.token_hash,
                UserSession.created_at,
                UserSession.seen_at,
                UserSession.address,
                UserSession.agent,
            )
            .where(col(UserSession.user_id) == user.id, col(UserSession.revoked_at).is_(None))
            .order_by(col(UserSession.seen_at).desc())
            .limit(50)
        ).all()
        return replies.page(request, "sign_in/sessions.html", rows=rows, here=request.scope["token_hash"])

    @post("/others", sync_to_thread=True, permission=Permission.SIGNED_IN)
    def end_others(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        mine = sessions.SignedIn(user, request.scope["token_hash"])
        sessions.sign_out_others(session, mine, now=now)
        return replies.done(request, to="/my/sessions", toast=_("All other browsers are signed out"))
