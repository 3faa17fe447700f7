"""GET /plans/7: the picture of a plan, whole or small; taken off and put back."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import drawings
from domain.estate.past import days
from domain.estate.past.drawn import picture_of
from domain.estate.past.models import PlanPeriod
from domain.files import path_of
from domain.kernel.text import _
from web import kept, replies
from web.estate import past
from web.given import Given

ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
"""Opened in a tab of its own a drawing is a document: nothing runs in it and nothing is fetched."""


class Plans(Controller):
    path = "/plans/{plan_id:int}"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        plan_id: FromPath[int],
    ) -> Response[Any]:
        """As it is, or of the day in `as_of`."""
        plan = _asked(request, session, user, plan_id, now=now)
        return picture(request, plan.sha256, plan.media_type)

    @get("/thumbnail", sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def thumbnail(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        plan_id: FromPath[int],
    ) -> Response[Any]:
        plan = _asked(request, session, user, plan_id, now=now)
        return picture(request, plan.thumbnail_sha256, plan.media_type)

    @post("/removal", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE, status_code=200)
    def remove(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        plan_id: FromPath[int],
    ) -> Response[str]:
        plan = drawings.get_plan(session, user, plan_id)
        drawings.take_off(session, plan, by=user, now=now)
        told = replies.Toast(_("The plan is taken off"), undo=f"/plans/{plan.id}/return")
        return replies.done(request, to=address_of(plan), toast=told)

    @post("/return", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE, status_code=200)
    def put_back(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        plan_id: FromPath[int],
    ) -> Response[str]:
        plan = drawings.get_plan(session, user, plan_id)
        drawings.put_back(session, plan, by=user)
        return replies.done(request, to=address_of(plan), toast=_("The plan is back"))


def _asked(
    request: Request[Any, Any, Any], session: Session, user: User, plan_id: int, *, now: datetime
) -> drawings.Plan | PlanPeriod:
    as_of = past.asked(request.query_params, now=now)
    if as_of is None:
        return drawings.get_plan(session, user, plan_id)
    return picture_of(session, user, plan_id, at=days.end_of(as_of, now=now))


def address_of(plan: drawings.Plan) -> str:
    """The screen on which the plan is arranged."""
    if plan.floor_id:
        return f"/floors/{plan.floor_id}/plan"
    return f"/layouts/{plan.layout_id}" if plan.layout_id else f"/units/{plan.unit_id}/arrangement"


def picture(request: Request[Any, Any, Any], sha256: str, media_type: str) -> Response[Any]:
    """The file by its content; the browser that has it gets 304."""
    mark = kept.mark(request, sha256)
    return kept.revalidated(
        request, mark, lambda: Response(path_of(sha256).read_bytes(), media_type=media_type, headers=ALONE)
    )
