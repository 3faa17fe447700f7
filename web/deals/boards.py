"""/deals: the board of a funnel, the same deals as a list, and the parts that look again by themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User, colleagues, may
from domain.access.models import Role
from domain.deals import board, rules
from domain.deals.funnels import Head, Outline, heads_of
from web import replies
from web.deals.asked import Asked, asked, funnel_of, last_funnel, remember
from web.deals.drawing import Drawing
from web.deals.opening import Opening, opened
from web.given import Given

PAGE = 50


class Boards(Controller):
    path = "/deals"

    @get(sync_to_thread=True, permission=Permission.DEALS_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        wanted = asked(request)
        funnels, funnel = funnel_of(session, wanted, last=last_funnel(request))
        if wanted.view == "list":
            shown = board.figures(session, user, funnel.heads, wanted.lens, now=now)
        else:
            shown = board.board(session, user, funnel.heads, wanted.lens, shown=wanted.shown, now=now)
        drawing = drawing_for(user)
        context: dict[str, Any] = {
            "funnels": funnels,
            "funnel": funnel,
            "board": shown,
            "asked": wanted,
            "drawing": drawing,
            "may_open": may(user, Permission.DEALS_OPEN),
            "people": colleagues(session, user) if user.role is not Role.MANAGER else [],
            "words": {name: rule.unmet() for name, rule in rules.known().items()},
        }
        if wanted.view == "list":
            context |= _page_of_list(session, user, funnel, wanted, now)
        if replies.wants_fragment(request):
            return drawing.filled(request, replies.region(request, "deals/_results.html", **context))
        page = replies.page(request, "deals/board.html", **context)
        return drawing.filled(request, remember(request, page, funnel))

    @post(sync_to_thread=True, permission=Permission.DEALS_OPEN)
    def create(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Opening],
    ) -> Response[str]:
        return opened(request, session, data, by=user, now=now)

    @get("/figures", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def figures(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """The totals and the counts of the filters."""
        wanted = asked(request)
        _funnels, funnel = funnel_of(session, wanted)
        shown = board.figures(session, user, funnel.heads, wanted.lens, now=now)
        return replies.region(request, "deals/_figures.html", funnel=funnel, board=shown, asked=wanted)

    @get("/stages/{stage_id:int}", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def column(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        stage_id: FromPath[int],
    ) -> Response[str]:
        drawing, stage = drawing_for(user), deals.get_stage(session, stage_id)
        heads = heads_of(session, stage.funnel_id)
        answer = replies.html(columns(request, session, user, heads, [stage.id], drawing, now=now))
        return drawing.filled(request, answer)


def drawing_for(user: User) -> Drawing:
    return Drawing(user, may(user, Permission.DEALS_MOVE))


def columns(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    heads: Sequence[Head],
    only: Collection[int],
    drawing: Drawing,
    *,
    now: datetime,
    aside: bool = False,
) -> str:
    """Only these columns of a funnel as the board of this address shows them, with holes for their cards,
    which the drawing fills; `aside` when they come besides something else."""
    wanted = asked(request)
    shown = board.columns(session, user, heads, only, wanted.lens, shown=wanted.shown, now=now)
    context = {
        "asked": wanted,
        "aside": aside,
        "drawing": drawing,
        "may_open": may(user, Permission.DEALS_OPEN),
    }
    return "".join(replies.render(request, "deals/_column.html", column=one, **context) for one in shown)


def _page_of_list(
    session: Session, user: User, funnel: Outline, wanted: Asked, now: datetime
) -> dict[str, Any]:
    rows = board.listing(
        session,
        user,
        funnel.id,
        wanted.lens,
        stage_id=wanted.stage_id,
        offset=(wanted.page - 1) * PAGE,
        limit=PAGE + 1,
        now=now,
    )
    return {"rows": rows[:PAGE], "further": len(rows) > PAGE, "stages": funnel.heads}
