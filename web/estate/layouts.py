"""GET /drawings: how far a project is drawn; /layouts: its layouts, made, edited, given plans and units."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from sqlmodel import Session, col, select

from domain.access import Permission, User
from domain.estate import Project, Unit, UnitKind, drawings
from domain.estate.drawings import layouts, plans
from domain.estate.drawings.overview import overview
from domain.files.pictures import SUFFIXES
from domain.kernel import formats
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.text import _, ngettext
from web import fields, forms, replies
from web.estate import cells, sent
from web.estate.tabs import tabs
from web.given import Given


@dataclass
class Card:
    code: str = ""
    name: str = ""
    rooms: str = "1"
    area_total: str = ""

    def told(self) -> dict[str, Any]:
        return {
            "code": fields.words(self.code),
            "name": fields.words(self.name),
            "rooms": sent.whole(self.rooms),
            "area_total": sent.area(self.area_total),
        }


@dataclass
class New(Card):
    project_id: str = ""
    kind: str = "flat"


@dataclass
class Edited(Card):
    version: str = ""


@dataclass
class OfProject:
    project_id: str = ""


class Drawings(Controller):
    path = "/drawings"

    @get(sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        projects = session.exec(select(Project).order_by(col(Project.position), col(Project.id))).all()
        asked = request.query_params.get("project", "")
        project = next((one for one in projects if str(one.id) == asked), projects[0] if projects else None)
        return replies.page(
            request,
            "estate/drawings/index.html",
            projects=projects,
            project=project,
            layouts=layouts.layouts(session, project.id) if project else [],
            buildings=overview(session, project.id) if project else [],
            cells=cells,
            tabs=tabs(user, "/drawings"),
        )


class Layouts(Controller):
    path = "/layouts"

    @get("/new", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def new(self, request: Request[Any, Any, Any], session: Given[Session]) -> Response[str]:
        project = _project(session, request.query_params.get("project", ""))
        return _form(request, None, New(project_id=str(project.id)))

    @post(sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[New],
        session: Given[Session],
        user: Given[User],
    ) -> Response[str]:
        project = _project(session, data.project_id)
        kind = next((one for one in UnitKind if one.value == data.kind), UnitKind.FLAT)
        try:
            layout = layouts.add(session, project, kind=kind, **data.told(), by=user)
        except Invalid as no:
            return _form(request, None, data, no)
        return replies.done(request, to=f"/layouts/{layout.id}", toast=_("The layout is added"))

    @post("/gathering", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def gather(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[OfProject],
        session: Given[Session],
        user: Given[User],
    ) -> Response[str]:
        """Layouts out of the stock: units of the same kind, rooms and area have the same one."""
        project = _project(session, data.project_id)
        count = layouts.gather(session, project, by=user)
        told = ngettext(
            "%(count)s unit has got its layout", "%(count)s units have got their layouts", count, count=count
        )
        return replies.done(request, to=f"/drawings?project={project.id}", toast=told)

    @get("/{layout_id:int}", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        layout_id: FromPath[int],
    ) -> Response[str]:
        layout = drawings.get_layout(session, user, layout_id)
        return _form(request, layout, _given(layout), **_around(session, layout))

    @post("/{layout_id:int}", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def save(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        layout_id: FromPath[int],
    ) -> Response[str]:
        layout = drawings.get_layout(session, user, layout_id)
        try:
            version = fields.number(data.version, "version")
            layouts.edit(session, layout, version=version, **data.told(), by=user)
        except (Invalid, Stale) as no:
            session.refresh(layout)
            return _form(request, layout, data, no, **_around(session, layout))
        return replies.done(request, to=f"/layouts/{layout.id}", toast=_("Saved"))

    @post("/{layout_id:int}/units", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def give(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        layout_id: FromPath[int],
    ) -> Response[str]:
        """The units of the same rooms and area that have no layout get this one."""
        layout = drawings.get_layout(session, user, layout_id)
        units = list(session.execute(layouts.alike(layout)).scalars())
        layouts.give(session, layout, units, by=user)
        told = ngettext(
            "%(count)s unit has got its layout",
            "%(count)s units have got their layouts",
            len(units),
            count=len(units),
        )
        return replies.done(request, to=f"/layouts/{layout.id}", toast=told)

    @post("/{layout_id:int}/plan", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE, status_code=200)
    def put(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        layout_id: FromPath[int],
        data: MultipartBody[sent.Sent],
    ) -> Response[str]:
        layout = drawings.get_layout(session, user, layout_id)
        try:
            drawings.put(session, layout, *data.chosen(), by=user, now=now)
        except (Invalid, Refused) as no:
            wrong = Invalid({"file": no.sentence})
            return _form(request, layout, _given(layout), wrong, **_around(session, layout))
        return replies.done(request, to=f"/layouts/{layout.id}", toast=_("The plan is kept"))


def _project(session: Session, text: str) -> Project:
    number = sent.record_number(text)
    project = session.get(Project, number) if number else None
    if project is None:
        raise Missing(_("There is no such project, or nothing is built in it yet"))
    return project


def _given(layout: drawings.Layout) -> Edited:
    return Edited(
        layout.code, layout.name, str(layout.rooms), formats.area_bare(layout.area_total), str(layout.version)
    )


def _around(session: Session, layout: drawings.Layout) -> dict[str, Any]:
    have = session.exec(
        select(Unit).where(Unit.layout_id == layout.id).order_by(col(Unit.id)).limit(200)
    ).all()
    return {
        "plan": plans.live(session, layout),
        "have": len(have),
        "alike": len(session.execute(layouts.alike(layout)).scalars().all()),
    }


def _form(
    request: Request[Any, Any, Any],
    layout: drawings.Layout | None,
    given: Card,
    no: Invalid | Stale | None = None,
    **more: Any,
) -> Response[str]:
    return forms.page(
        request,
        "estate/drawings/layout.html",
        given=given,
        record=layout,
        no=no,
        layout=layout,
        cells=cells,
        kinds=[(kind.value, cells.kind_word(kind)) for kind in UnitKind],
        accepted=",".join(SUFFIXES),
        **more,
    )
