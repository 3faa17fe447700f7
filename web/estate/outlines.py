"""/floors/5/plan: the plan of a floor, the outlines of its units on it, and the same for other floors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from sqlmodel import Session, col, select

from domain.access import Permission, User
from domain.estate import Floor, Unit, drawings, get_unit
from domain.estate.drawings import outlines, plans
from domain.estate.drawings.models import Outline
from domain.estate.drawings.reading import units_of_floor
from domain.files.pictures import SUFFIXES
from domain.kernel.errors import Invalid, Refused, Stale
from domain.kernel.text import _, ngettext
from web import replies
from web.estate import cells, sent
from web.given import Given


@dataclass
class Drawn:
    points: str = ""
    shown: str = ""


@dataclass
class Copies:
    floors: str = ""


class FloorPlans(Controller):
    path = "/floors/{floor_id:int}"

    @get("/plan", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        floor_id: FromPath[int],
    ) -> Response[str]:
        floor = drawings.get_floor(session, user, floor_id)
        return _page(request, session, floor, asked=request.query_params.get("unit", ""))

    @post("/plan", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE, status_code=200)
    def put(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        floor_id: FromPath[int],
        data: MultipartBody[sent.Sent],
    ) -> Response[str]:
        floor = drawings.get_floor(session, user, floor_id)
        try:
            drawings.put(session, floor, *data.chosen(), by=user, now=now)
        except (Invalid, Refused) as no:
            return _page(request, session, floor, no=Invalid({"file": no.sentence}))
        return replies.done(request, to=f"/floors/{floor.id}/plan", toast=_("The plan is kept"))

    @post("/outlines/{unit_id:int}", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def draw(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        floor_id: FromPath[int],
        unit_id: FromPath[int],
        data: URLEncodedBody[Drawn],
    ) -> Response[str]:
        """One unit's outline; the next one without an outline is offered then."""
        floor = drawings.get_floor(session, user, floor_id)
        unit = get_unit(session, user, unit_id)
        plan = plans.live(session, floor)
        if plan is None:
            raise Refused(_("This floor has no plan yet"))
        try:
            drawings.draw(session, plan, unit, points=data.points, shown=data.shown, by=user)
        except (Invalid, Stale) as no:
            return _page(request, session, floor, asked=str(unit.id), given=data, no=no)
        told = _("The outline of № %(number)s is saved", number=unit.number)
        return replies.done(
            request, to=f"/floors/{floor.id}/plan?unit={_next(session, floor, plan, unit)}", toast=told
        )

    @post("/copies", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def spread(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        floor_id: FromPath[int],
        data: URLEncodedBody[Copies],
    ) -> Response[str]:
        """The same plan and outlines for other floors of the entrance that have none."""
        floor = drawings.get_floor(session, user, floor_id)
        try:
            count = drawings.spread(session, floor, sent.floors(data.floors), by=user, now=now)
        except Invalid as no:
            return _page(request, session, floor, no=no, copies=data.floors)
        told = ngettext(
            "%(count)s floor has got the plan", "%(count)s floors have got the plan", count, count=count
        )
        return replies.done(request, to=f"/floors/{floor.id}/plan", toast=told)


def _drawn(session: Session, plan: drawings.Plan | None) -> dict[int, Outline]:
    of_it = select(Outline).where(Outline.plan_id == plan.id) if plan else None
    return {one.unit_id: one for one in session.exec(of_it) if one.points} if of_it is not None else {}


def _next(session: Session, floor: Floor, plan: drawings.Plan, unit: Unit) -> int:
    drawn = _drawn(session, plan)
    rest = [other.id for other in units_of_floor(session, floor.id) if other.id not in drawn]
    return next((number for number in rest if number > unit.id), rest[0] if rest else unit.id)


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    floor: Floor,
    *,
    asked: str = "",
    given: Drawn | None = None,
    no: Invalid | Stale | None = None,
    copies: str = "",
) -> Response[str]:
    """The plan with every outline; the chosen unit's corners are to be changed. What was typed is kept."""
    plan = plans.live(session, floor)
    drawn = _drawn(session, plan)
    units = units_of_floor(session, floor.id)
    undrawn = next((unit for unit in units if unit.id not in drawn), units[0] if units else None)
    unit = next((one for one in units if str(one.id) == asked), undrawn)
    now_is = outlines.written(drawn[unit.id].points) if unit and unit.id in drawn else ""
    floors = session.exec(
        select(Floor).where(Floor.section_id == floor.section_id).order_by(col(Floor.number))
    ).all()
    return replies.page(
        request,
        "estate/drawings/floor.html",
        status=409 if isinstance(no, Stale) else 422 if no else 200,
        floor=floor,
        floors=floors,
        building=floor.section.building,
        plan=plan,
        units=units,
        unit=unit,
        drawn={number: _svg(one, plan) for number, one in drawn.items()} if plan else {},
        points=given.points if given else now_is,
        shown=now_is,
        fields=no.fields if isinstance(no, Invalid) else {},
        stale=no if isinstance(no, Stale) else None,
        copies=copies,
        cells=cells,
        accepted=",".join(SUFFIXES),
    )


def _svg(outline: Outline, plan: drawings.Plan) -> str:
    return " ".join(f"{x * plan.width:.1f},{y * plan.height:.1f}" for x, y in outline.points)
