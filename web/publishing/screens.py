"""GET /publication: what of each project and building outsiders see, and the forms that decide it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Building, Project, UnitKind
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _
from domain.publishing import arranging, overview
from domain.publishing.models import BuildingState, Listing, Material, Publication
from web import replies
from web.estate.cells import kind_word
from web.estate.tabs import tabs
from web.given import Given
from web.publishing import forms
from web.publishing.forms import BuildingForm, ProjectForm

STATES: dict[BuildingState, Callable[[], str]] = {
    BuildingState.UNFINISHED: lambda: _("being built"),
    BuildingState.BUILT: lambda: _("built, not in use yet"),
    BuildingState.HANDED_OVER: lambda: _("in use"),
}
MATERIALS: dict[Material, Callable[[], str]] = {
    Material.UNKNOWN: lambda: _("not said"),
    Material.BRICK: lambda: _("brick"),
    Material.MONOLITH: lambda: _("monolith"),
    Material.MONOLITH_BRICK: lambda: _("monolith and brick"),
    Material.PANEL: lambda: _("panel"),
    Material.BLOCK: lambda: _("block"),
}


class Publications(Controller):
    path = "/publication"

    @get(sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return replies.page(
            request,
            "publication/index.html",
            projects=overview.projects(session, now=now),
            tabs=tabs(user, "/publication"),
            part="projects",
        )

    @get("/{project_id:int}", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
    def project(
        self, request: Request[Any, Any, Any], session: Given[Session], project_id: FromPath[int]
    ) -> Response[str]:
        project = arranging.get_project(session, project_id)
        given = forms.of_project(session.get(Publication, project.id))
        return _project_page(request, session, project, given)

    @post(
        "/{project_id:int}",
        sync_to_thread=True,
        permission=Permission.PUBLICATION_MANAGE,
        status_code=200,
    )
    def save_project(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        project_id: FromPath[int],
        data: URLEncodedBody[ProjectForm],
    ) -> Response[str]:
        project = arranging.get_project(session, project_id)
        version = forms.version_of(data.version)
        try:
            with session.begin_nested():
                facts = forms.project_facts(data)
                arranging.edit_publication(session, project, version=version, facts=facts, by=user)
        except Invalid as no:
            return _project_page(request, session, project, data, status=422, fields=no.fields)
        except Stale as no:
            data.version = _version(session, Publication, project.id)
            return _project_page(request, session, project, data, status=409, stale=no)
        told = _("The project is published") if facts.published else _("Saved. The project is not published.")
        return replies.done(request, to=f"/publication/{project.id}", toast=told)

    @get("/{project_id:int}/widget", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
    def preview(
        self, request: Request[Any, Any, Any], session: Given[Session], project_id: FromPath[int]
    ) -> Response[str]:
        """The widget as a page of another site shows it."""
        project = arranging.get_project(session, project_id)
        publication = session.get(Publication, project.id)
        published = publication is not None and publication.published
        return replies.page(request, "publication/preview.html", project=project, published=published)

    @get("/buildings/{building_id:int}", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
    def building(
        self, request: Request[Any, Any, Any], session: Given[Session], building_id: FromPath[int]
    ) -> Response[str]:
        building = arranging.get_building(session, building_id)
        kinds = arranging.shown(session, building.id)
        given = forms.of_building(session.get(Listing, building.id), kinds)
        return _building_page(request, session, building, given)

    @post(
        "/buildings/{building_id:int}",
        sync_to_thread=True,
        permission=Permission.PUBLICATION_MANAGE,
        status_code=200,
    )
    def save_building(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        building_id: FromPath[int],
        data: URLEncodedBody[BuildingForm],
    ) -> Response[str]:
        building = arranging.get_building(session, building_id)
        version = forms.version_of(data.version)
        try:
            with session.begin_nested():
                facts = forms.building_facts(data)
                arranging.edit_listing(session, building, version=version, facts=facts, by=user)
        except Invalid as no:
            return _building_page(request, session, building, data, status=422, fields=no.fields)
        except Stale as no:
            data.version = _version(session, Listing, building.id)
            return _building_page(request, session, building, data, status=409, stale=no)
        told = _("%(building)s is saved", building=building.name)
        return replies.done(request, to=f"/publication/{building.project_id}", toast=told)


def _version(session: Session, kind: type[Any], number: int) -> str:
    row = session.get(kind, number, populate_existing=True)
    return str(row.version if row else 0)


def _project_page(
    request: Request[Any, Any, Any],
    session: Session,
    project: Project,
    given: ProjectForm,
    *,
    status: int = 200,
    fields: dict[str, str] | None = None,
    stale: Stale | None = None,
) -> Response[str]:
    return replies.page(
        request,
        "publication/project.html",
        status=status,
        project=project,
        buildings=overview.buildings(session, project.id),
        given=given,
        fields=fields or {},
        stale=stale,
        kind_word=kind_word,
    )


def _building_page(
    request: Request[Any, Any, Any],
    session: Session,
    building: Building,
    given: BuildingForm,
    *,
    status: int = 200,
    fields: dict[str, str] | None = None,
    stale: Stale | None = None,
) -> Response[str]:
    there = overview.kinds_there(session, building.id)
    return replies.page(
        request,
        "publication/building.html",
        status=status,
        building=building,
        project=building.project,
        given=given,
        kinds=[(kind.value, kind_word(kind), there[kind]) for kind in UnitKind if kind in there],
        states=[(state.value, word()) for state, word in STATES.items()],
        materials=[(material.value, word()) for material, word in MATERIALS.items()],
        fields=fields or {},
        stale=stale,
    )
