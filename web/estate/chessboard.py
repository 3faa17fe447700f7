"""GET /estate/3/chessboard: the building as a grid, its legend and filters, a unit's panel beside it."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session, col, select

from domain.access import Permission, User
from domain.estate import Building, Project, UnitStatus, get_unit
from domain.estate.chessboard import chessboard
from domain.exchange import monitor
from domain.kernel.errors import Missing
from domain.kernel.text import _
from web import replies
from web.estate import cells, filters
from web.estate.panel import panel
from web.given import Given

VIEWS = ("board", "list")


class Chessboard(Controller):
    path = "/estate/{project_id:int}/chessboard"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        project_id: FromPath[int],
    ) -> Response[str]:
        """The whole page, or for htmx only the region under the filters."""
        project, buildings = _project(session, project_id)
        query = request.query_params
        building = _chosen(buildings, query.get("building"))
        wanted = filters.read(query)
        context: dict[str, Any] = {
            "project": project,
            "buildings": buildings,
            "building": building,
            "board": chessboard(session, building, wanted, now=now),
            "wanted": wanted,
            "view": query.get("view") if query.get("view") in VIEWS else "board",
            "statuses": list(UnitStatus),
            "toggled": lambda name, value: filters.toggled(query, name, value),
            "reset": filters.without_filters(query),
            "here": f"{request.url.path}?{request.url.query}",
            "cells": cells,
            "heard": monitor.last_heard(session),
        }
        if replies.wants_fragment(request):
            return replies.region(request, "estate/_board.html", **context)
        unit = query.get("unit", "")
        beside = None
        if unit.isascii() and unit.isdigit() and len(unit) < 19:
            beside = panel(session, user, get_unit(session, user, int(unit)), now=now)
        return replies.page(request, "estate/chessboard.html", beside=beside, **context)


def _project(session: Session, project_id: int) -> tuple[Project, list[Building]]:
    project = session.get(Project, project_id) if 0 < project_id < 2**63 else None
    buildings = select(Building).where(Building.project_id == project_id) if project else None
    found = (
        list(session.exec(buildings.order_by(col(Building.position), col(Building.name))))
        if buildings is not None
        else []
    )
    if project is None or not found:
        raise Missing(_("There is no such project, or nothing is built in it yet"))
    return project, found


def _chosen(buildings: list[Building], asked: str | None) -> Building:
    return next((building for building in buildings if str(building.id) == asked), buildings[0])
