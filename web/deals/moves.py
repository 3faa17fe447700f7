"""/deals/{deal_id}/moves: a deal moved along its funnel, by hand, key or menu, and moved back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User
from domain.deals import rules
from domain.deals.funnels import head_of
from domain.kernel.text import _
from web import replies
from web.deals import boards
from web.deals.asked import asked
from web.deals.cards import regions
from web.fields import number, optional_number
from web.given import Given
from web.replies import Toast


@dataclass
class Move:
    stage_id: str = ""
    version: str = ""
    after_id: str = ""
    board: str = ""
    """Filled when the move is made on a board: its columns are the answer."""


class Before(NamedTuple):
    """What was known of a deal before it moved; with the stages of its funnel read, it moves without asking
    for any of them."""

    client: str
    left: deals.Stage
    stages: Sequence[deals.Stage]


class Moves(Controller):
    path = "/deals/{deal_id:int}/moves"

    @get(sync_to_thread=True, permission=Permission.DEALS_MOVE)
    def choices(
        self, request: Request[Any, Any, Any], session: Given[Session], deal: Given[deals.Deal]
    ) -> Response[str]:
        """Where the deal may go, and what it lacks for the rest: the way without dragging."""
        context: dict[str, Any] = {
            "deal": deal,
            "choices": _choices(session, deal),
            "query": asked(request).query(),
        }
        if replies.wants_fragment(request):
            on_board = request.query_params.get("on") == "board"
            return replies.region(
                request, "deals/_moving.html", plain=False, board="1" if on_board else "", **context
            )
        return replies.page(request, "deals/moving.html", plain=True, board="", **context)

    @post(sync_to_thread=True, permission=Permission.DEALS_MOVE)
    def create(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        data: URLEncodedBody[Move],
    ) -> Response[str]:
        before = _before(session, deal)
        stage = deals.get_stage(session, number(data.stage_id, "stage_id"))
        version, after_id = number(data.version, "version"), optional_number(data.after_id, "after_id")
        deals.move(session, deal, to=stage, version=version, by=user, now=now, after_id=after_id)
        return _moved(request, session, user, deal, before, now=now, on_board=bool(data.board))

    @post("/undo", sync_to_thread=True, permission=Permission.DEALS_MOVE)
    def undo(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
    ) -> Response[str]:
        before = _before(session, deal)
        deals.step_back(session, deal, by=user, now=now)
        told = Toast(_("The deal is moved back"))
        on_board = request.query_params.get("on") == "board"
        return _changed(request, session, user, deal, before, told, now=now, on_board=on_board)


def _before(session: Session, deal: deals.Deal) -> Before:
    client = deal.person or deal.company
    stages = deals.stages_of(session, deal.stage.funnel_id)
    return Before(client.name if client else deal.title, deal.stage, stages)


def _moved(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    deal: deals.Deal,
    before: Before,
    *,
    now: datetime,
    on_board: bool,
) -> Response[str]:
    undo = f"/deals/{deal.id}/moves/undo"
    if on_board:
        undo += "?" + "&".join(filter(None, ["on=board", asked(request).query()]))
    told = Toast(_("%(client)s → “%(stage)s”", client=before.client, stage=deal.stage.name), undo=undo)
    if before.left.id == deal.stage_id:
        told = Toast(_("The card is moved within its column"))
    return _changed(request, session, user, deal, before, told, now=now, on_board=on_board)


def _changed(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    deal: deals.Deal,
    before: Before,
    told: Toast,
    *,
    now: datetime,
    on_board: bool,
) -> Response[str]:
    """What the asker's screen shows of the move: two columns of the board, or the deal's card."""
    to, drawing = f"/deals/{deal.id}", boards.drawing_for(user)
    if not on_board:
        return replies.done(request, to=to, body=regions(request, session, user, deal, now=now), toast=told)
    heads, only = list(map(head_of, before.stages)), {before.left.id, deal.stage_id}
    body = boards.columns(request, session, user, heads, only, drawing, now=now, aside=True)
    return drawing.filled(request, replies.done(request, to=to, body=body, toast=told))


def _choices(session: Session, deal: deals.Deal) -> list[tuple[deals.Stage, tuple[str, ...]]]:
    stages = deals.stages_of(session, deal.stage.funnel_id)
    names = {name for stage in stages for name in stage.rules}
    lacking = rules.lacking_of(session, [deal.id], names)[deal.id]
    known = rules.known()
    return [
        (
            stage,
            tuple(known[name].unmet() if name in known else name for name in stage.rules if name in lacking),
        )
        for stage in stages
    ]
