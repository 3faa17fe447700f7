"""GET /units/42/history: every state and price of the unit, in a drawing, a sentence and a table."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission
from domain.estate import Unit
from domain.estate.past.chart import HEIGHT, WIDTH, chart
from domain.estate.past.history import history
from web import replies
from web.estate import cells
from web.given import Given


class UnitHistory(Controller):
    path = "/units/{unit_id:int}/history"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        session: Given[Session],
        now: Given[datetime],
    ) -> Response[str]:
        told = history(session, unit, now=now)
        return replies.page(
            request,
            "estate/past/history.html",
            unit=unit,
            building=unit.floor.section.building,
            told=told,
            chart=chart(told.prices, now=now),
            size=(WIDTH, HEIGHT),
            cells=cells,
        )
