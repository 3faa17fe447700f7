"""GET /estate/3/chessboard: the building as a grid, its legend and filters, a unit's panel beside it."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session, col, select

from domain.access import Permission, User, may
from domain.estate import Building, Project, get_unit
from domain.estate.chessboard import Edition, edition
from domain.exchange import monitor
from domain.kernel.errors import Missing
from domain.kernel.text import _
from jobs.work import glance
from web import kept, replies
from web.estate import cells, filters, press
from web.estate.choice import choice
from web.estate.panel import panel
from web.filters import near
from web.given import Given


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
    ) -> Response[Any]:
        """The whole page, or for htmx only the region under the filters; 304 when nothing changed."""
        if replies.wants_fragment(request):
            return _region(request, project_id, now=now)
        project, buildings = _project(session, project_id)
        query = request.query_params
        building = _chosen(buildings, query.get("building"))
        sheet = press.sheet(session, _edition(session, project, building), request.url.path, query, now=now)
        may_book = may(user, Permission.ESTATE_BOOK)
        context: dict[str, Any] = {
            "project": project,
            "buildings": buildings,
            "building": building,
            "printed": sheet.html,
            "wanted": filters.read(query),
            "view": press.view(query),
            "toggled": lambda name, value: filters.toggled(query, name, value),
            "cells": cells,
            "heard": monitor.last_heard(session),
            "may_book": may_book,
            "choice": choice(session, user) if may_book else None,
        }
        unit = query.get("unit", "")
        if unit.isascii() and unit.isdigit() and len(unit) < 19:
            beside = panel(session, user, get_unit(session, user, int(unit)), now=now)
            return replies.page(request, "estate/chessboard.html", beside=beside, **context)
        names = [project.name, *((other.id, other.name) for other in buildings)]
        heard = context["heard"] and near(context["heard"])
        shown = (sheet.edition, sheet.until, names, heard, context["may_book"], context["choice"])
        return kept.page(request, "estate/chessboard.html", shown=shown, beside=None, **context)


def _region(request: Request[Any, Any, Any], project_id: int, *, now: datetime) -> Response[Any]:
    """What every open board asks for when something happened: two short reads when it is drawn already."""
    query = request.query_params
    with glance() as session:
        present = _asked(session, project_id, query.get("building", ""))
        if present is None:
            project, buildings = _project(session, project_id)
            present = _edition(session, project, _chosen(buildings, query.get("building")))
        sheet = press.sheet(session, present, request.url.path, query, now=now)
    mark = kept.mark(request, "region", sheet.edition, sheet.until)
    return kept.revalidated(request, mark, lambda: _sent(request, sheet))


def _sent(request: Request[Any, Any, Any], sheet: press.Sheet) -> Response[bytes]:
    body, encoding = sheet.pack(request.headers.get("accept-encoding", ""))
    headers = {"Content-Encoding": encoding} if encoding else {}
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


def _asked(session: Session, project_id: int, building: str) -> Edition | None:
    known = building.isascii() and building.isdigit() and len(building) < 19 and 0 < project_id < 2**63
    return edition(session, int(building), project_id=project_id) if known else None


def _edition(session: Session, project: Project, building: Building) -> Edition:
    found = edition(session, building.id, project_id=project.id)
    assert found, "the building was read a moment ago"
    return found


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
