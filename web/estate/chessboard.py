"""GET /estate/3/chessboard: the building as a grid, its legend and filters, a unit's panel beside it."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from domain.access import Permission, User, may
from domain.estate import Building, Project, get_unit, showing
from domain.estate.chessboard import Edition, edition
from domain.estate.drawings.layouts import names_of
from domain.estate.selecting.favourites import starred_in
from domain.exchange import monitor
from jobs.work import glance
from web import kept, replies
from web.estate import cells, filters, past, press
from web.estate.choice import choice
from web.estate.places import buildings_of
from web.filters import near
from web.given import Given
from web.holes import HOLE, filled


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
        project, buildings = buildings_of(session, project_id)
        query = request.query_params
        building = _chosen(buildings, query.get("building"))
        as_of, wrong = past.asked_or_why_not(query, now=now)
        present = _edition(session, project, building)
        sheet = past.sheet_of(session, present, request.url.path, query, as_of, now=now)
        context: dict[str, Any] = {
            "project": project,
            "buildings": buildings,
            "building": building,
            "printed": HOLE,
            "beside": None,
            "wanted": (wanted := filters.read(query)),
            "view": press.view(query),
            "kind": sheet.kind,
            "layouts": names_of(session, wanted.layout, past.source_of(as_of, now=now))
            if wanted.layout
            else {},
            "toggled": lambda name, value: filters.toggled(query, name, value),
            "put": lambda **values: filters.put(query, **values),
            "cells": cells,
            "heard": monitor.last_heard(session),
            "may_book": (may_book := may(user, Permission.ESTATE_BOOK) and as_of is None),
            "choice": choice(session, user) if may_book else None,
            "starred": starred_in(session, user, building.id),
            "being_shown": showing.shown_in(session, building.id, user, now=now) if as_of is None else [],
            **past.around(session, building, query, as_of, wrong, now=now),
        }
        template, unit = "estate/chessboard.html", query.get("unit", "")
        if unit.isascii() and unit.isdigit() and len(unit) < 19:
            beside = past.beside(session, user, get_unit(session, user, int(unit)), as_of, now=now)
            page = replies.page(request, template, **context | {"beside": beside})
        elif wrong:
            page = replies.page(request, template, status=422, **context)
        else:
            shown = (
                sheet.edition,
                sheet.until,
                [project.name, *((other.id, other.name) for other in buildings)],
                context["heard"] and near(context["heard"]),
                context["may_book"],
                context["choice"],
                context["starred"],
                context["being_shown"],
                context["layouts"],
                past.today(now),
            )
            page = kept.page(request, template, shown=shown, **context)
        return filled(request, page, sheet)


def _region(request: Request[Any, Any, Any], project_id: int, *, now: datetime) -> Response[Any]:
    """What every open board asks for when something happened: two short reads when it is drawn already."""
    query = request.query_params
    as_of = past.asked(query, now=now)
    with glance() as session:
        present = _asked(session, project_id, query.get("building", ""))
        if present is None:
            project, buildings = buildings_of(session, project_id)
            present = _edition(session, project, _chosen(buildings, query.get("building")))
        sheet = past.sheet_of(session, present, request.url.path, query, as_of, now=now)
    mark = kept.mark(request, "region", sheet.edition, sheet.until)
    return kept.revalidated(request, mark, lambda: filled(request, replies.html(HOLE), sheet))


def _asked(session: Session, project_id: int, building: str) -> Edition | None:
    known = building.isascii() and building.isdigit() and len(building) < 19 and 0 < project_id < 2**63
    return edition(session, int(building), project_id=project_id) if known else None


def _edition(session: Session, project: Project, building: Building) -> Edition:
    found = edition(session, building.id, project_id=project.id)
    assert found, "the building was read a moment ago"
    return found


def _chosen(buildings: list[Building], asked: str | None) -> Building:
    return next((building for building in buildings if str(building.id) == asked), buildings[0])
