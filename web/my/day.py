"""/: my day. What waits for me; for those who have no deals, where their work is."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission, Role, User, may
from domain.deals import funnels
from domain.deals.day import my_day
from web import replies
from web.given import Given
from web.navigation import sections


class MyDay(Controller):
    path = "/"

    @get(sync_to_thread=True, permission=Permission.SIGNED_IN)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        if user.role is Role.AGENT:
            return replies.done(request, to="/agent/stock")
        sells = may(user, Permission.DEALS_OPEN)
        topics = [f"user-{user.id}", *(f"funnel-{funnel.id}" for funnel in funnels.outlines(session))]
        context: dict[str, Any] = {
            "day": my_day(session, user, now=now) if sells else None,
            "topics": " ".join(topics),
            "places": [place for place in sections(user, "/", trouble=False) if place.href != "/"],
        }
        if replies.wants_fragment(request):
            return replies.region(request, "my/_day.html", **context)
        return replies.page(request, "my/day.html", **context)
