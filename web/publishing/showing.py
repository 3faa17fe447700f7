"""GET /public/projects and what a page on another site shows of them; GET /public/widget.js.

The shapes are described in docs/publication.md and only ever grow.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from domain.access import Permission
from domain.kernel import formats
from domain.kernel.errors import Missing
from domain.kernel.text import _, current_language
from domain.leads import consents
from domain.publishing import stock
from domain.publishing.stock import PublicProject, PublicUnit, Standing
from web import assets
from web.compression import offered
from web.given import Given
from web.publishing import asked, caching, outside
from web.publishing.outside import TooOften, too_often
from web.publishing.words import words

WIDGET = "js/widget.js"


class PublicStock(Controller):
    path = "/public"
    exception_handlers = {TooOften: too_often}  # noqa: RUF012  the framework's own way

    @get("/projects", sync_to_thread=True, permission=Permission.PUBLIC)
    def projects(
        self, request: Request[Any, Any, Any], session: Given[Session], now: Given[datetime]
    ) -> Response[Any]:
        """Every public project with how much of it is free."""
        outside.admit(request, session)
        known = stock.standing(session)

        def made() -> tuple[dict[str, Any], datetime | None]:
            found = [caching.project_of(session, of, now=now) for of in _by_project(known)]
            ends = [project.until for project in found if project.until]
            return {"projects": [_summary(project) for project in found]}, min(ends, default=None)

        return caching.told(request, ("projects",), known, made, now=now)

    @get("/projects/{project_id:int}", sync_to_thread=True, permission=Permission.PUBLIC)
    def project(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        project_id: FromPath[int],
    ) -> Response[Any]:
        """What the widget begins with: the project, its words, and the consent to be shown."""
        outside.admit(request, session)
        known = _known(session, project_id)
        wording = consents.current(session)
        edition = (known, wording.id if wording else None)

        def made() -> tuple[dict[str, Any], datetime | None]:
            project = caching.project_of(session, known, now=now)
            consent = wording and {
                "version": wording.id,
                "text": wording.text,
                "policy_url": wording.policy_url,
            }
            said = {"project": _summary(project), "words": words(), "consent": consent}
            return said, project.until

        key = ("project", project_id, current_language())
        return caching.told(request, key, edition, made, now=now)

    @get("/projects/{project_id:int}/units", sync_to_thread=True, permission=Permission.PUBLIC)
    def units(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        project_id: FromPath[int],
    ) -> Response[Any]:
        """Units that fit what is asked, in the order of the house."""
        outside.admit(request, session)
        known = _known(session, project_id)
        wanted = asked.read(request.query_params)

        def made() -> tuple[dict[str, Any], datetime | None]:
            project = caching.project_of(session, known, now=now)
            fitting = [unit for unit in project.units if wanted.fits(unit)]
            shown = fitting[wanted.offset : wanted.offset + wanted.limit]
            said = {
                "project": project_id,
                "total": len(fitting),
                "units": [_unit(unit) for unit in shown],
            }
            return said, project.until

        return caching.told(request, ("units", project_id, *wanted.key), known, made, now=now)

    @get("/widget.js", sync_to_thread=False, permission=Permission.PUBLIC)
    def widget(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """The script for pages of other sites; it holds no data, so everybody may have it."""
        outside.admit(request)
        accepted = offered(request.headers.get("accept-encoding", ""))
        encoding = next((name for name in ("br", "gzip") if name in accepted), None)
        file = assets.served(WIDGET, encoding)
        if file is None:
            raise Missing(_("There is no such page"))
        own = {name.decode(): value.decode() for name, value in file.headers if name != b"content-type"}
        sent = {**own, **outside.headers(request), "Cache-Control": "public, max-age=300"}
        if caching.knows(request, sent["etag"]):
            return Response(None, status_code=304, headers=sent)
        return Response(file.body, headers=sent, media_type="text/javascript; charset=utf-8")


def _known(session: Session, project_id: int) -> tuple[Standing, ...]:
    known = stock.standing(session, project_id)
    if not known:
        raise Missing(_("This project is not published"))
    return known


def _by_project(known: Sequence[Standing]) -> list[list[Standing]]:
    found: dict[int, list[Standing]] = {}
    for one in known:
        found.setdefault(one.project_id, []).append(one)
    return list(found.values())


def _summary(project: PublicProject) -> dict[str, Any]:
    free = [unit for unit in project.units if not unit.booked]
    prices = [unit.price for unit in free if unit.price is not None]
    kinds = Counter(unit.kind.value for unit in free)
    return {
        "id": project.id,
        "name": project.name,
        "city": project.city,
        "description": project.description,
        "developer": project.developer,
        "url": project.site_url,
        "free": len(free),
        "kinds": dict(sorted(kinds.items())),
        "price_from": _number(min(prices, default=None)),
        "buildings": [
            {"id": building.id, "name": building.name, "address": building.address}
            for building in project.buildings
        ],
    }


def _unit(unit: PublicUnit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "building": unit.building_id,
        "kind": unit.kind.value,
        "number": unit.number,
        "section": unit.section,
        "floor": unit.floor,
        "place": unit.place,
        "rooms": unit.rooms,
        "area": _number(unit.area),
        "living": _number(unit.living),
        "kitchen": _number(unit.kitchen),
        "finish": unit.finish.value,
        "price": _number(unit.price),
        "status": "booked" if unit.booked else "free",
        "price_before": _number(unit.before),
        "badge": unit.badge,
        "badge_until": formats.last_moment(unit.until).date().isoformat() if unit.until else None,
    }


def _number(value: Decimal | None) -> int | float | None:
    """Fourteen digits at most: a JSON number holds them exactly."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
