"""GET /units/42: the panel beside the board, the sheet on a phone, or a page of its own."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Unit
from web import replies
from web.estate import cells, past
from web.estate.panel import panel
from web.given import Given


class Units(Controller):
    path = "/units/{unit_id:int}"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        as_of = past.asked(request.query_params, now=now)
        if as_of is not None:
            return past.unit(request, session, user, unit, as_of, now=now)
        context: dict[str, Any] = {"beside": panel(session, user, unit, now=now), "cells": cells}
        if replies.wants_fragment(request):
            return replies.region(request, "estate/_panel.html", **context)
        return replies.page(request, "estate/unit.html", **context)
