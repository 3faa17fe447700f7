"""/prices/settings: who is the master of prices in a project, and the floor no discount goes below."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Project
from domain.estate.pricing import master
from domain.estate.pricing.models import Master
from domain.kernel.errors import Invalid, Stale
from domain.kernel.money import parse
from domain.kernel.text import _
from web import fields, forms, replies
from web.estate.prices import asked
from web.estate.prices.around import around
from web.given import Given


@dataclass
class Kept:
    version: str = ""
    master: str = ""
    floor_metre: str = ""


class PriceSettings(Controller):
    path = "/prices/settings"

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        project = asked.project_of(request, session)
        kept = master.rules(session, project.id)
        given = Kept(str(kept.version), kept.master.value, asked.plain(kept.floor_metre))
        return _page(request, session, user, project, given)

    @post("/{project_id:int}", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def save(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Kept],
        session: Given[Session],
        user: Given[User],
        project_id: FromPath[int],
    ) -> Response[str]:
        project = asked.project_of(request, session, str(project_id))
        try:
            with session.begin_nested():
                master.keep_rules(
                    session,
                    project,
                    master=asked.choice(Master, data.master, master.rules(session, project.id).master),
                    floor_metre=parse(data.floor_metre, field="floor_metre"),
                    version=fields.number(data.version, "version"),
                    by=user,
                )
        except (Invalid, Stale) as no:
            return _page(request, session, user, project, data, no=no)
        return replies.done(request, to=f"/prices/settings?project={project.id}", toast=_("Saved"))


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    project: Project,
    given: Kept,
    *,
    no: Invalid | Stale | None = None,
) -> Response[str]:
    kept = master.rules(session, project.id)
    return forms.page(
        request,
        "estate/prices/settings.html",
        given=given,
        record=kept,
        no=no,
        kept=kept,
        masters=list(Master),
        **around(session, user, project, "settings"),
    )
