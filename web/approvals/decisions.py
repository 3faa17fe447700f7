"""/approvals: what waits for a head, answered by one press, one by one or several at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from sqlmodel import Session

from domain import approvals
from domain.access import Permission, User
from domain.access.chiefs import chief_of
from domain.approvals import Approval, ApprovalState, kinds, reading
from domain.approvals.deciding import Decided, may_answer
from domain.kernel.days import day_end
from domain.kernel.errors import Refused
from domain.kernel.text import _, ngettext
from web import replies
from web.given import Given

MOST_AT_ONCE = 50


@dataclass
class Decision:
    ids: list[str] | str = ""
    """One chosen box comes alone, several come as a list."""
    verdict: str = ""
    """`approve` or `decline`."""
    comment: str = ""
    single: str = ""
    """The number of the one request that is open: chosen boxes then do not count."""


class Approvals(Controller):
    path = "/approvals"

    @get(sync_to_thread=True, permission=Permission.APPROVALS_SEE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return _show(request, session, user, None, now=now)

    @get("/{approval_id:int}", sync_to_thread=True, permission=Permission.APPROVALS_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        approval_id: FromPath[int],
    ) -> Response[str]:
        chosen = approvals.get_approval(session, user, approval_id)
        return _show(request, session, user, chosen, now=now)

    @post("/decisions", sync_to_thread=True, permission=Permission.APPROVALS_DECIDE, status_code=200)
    def decide(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Decision],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """What can't be granted any more is told and does not stop the others."""
        chosen = [data.ids] if isinstance(data.ids, str) else data.ids
        numbers = _numbers([data.single] if data.single else chosen)
        found = [approvals.get_approval(session, user, number) for number in numbers]
        if not 0 < len(found) <= MOST_AT_ONCE:
            raise Refused(_("Choose from 1 to %(most)s requests", most=MOST_AT_ONCE))
        if data.verdict not in {"approve", "decline"}:
            raise Refused(_("Say whether to approve or to decline"))
        answer = approvals.approve_many if data.verdict == "approve" else approvals.decline_many
        decided = answer(session, found, by=user, now=now, comment=data.comment)
        if not decided.done:
            raise Refused(decided.refused[0][1], tuple(_told(one, no) for one, no in decided.refused[1:]))
        told = ",".join(str(approval.id) for approval in decided.done)
        toast = replies.Toast(_said(decided, data.verdict), undo=f"/approvals/reopenings?ids={told}")
        return _done(request, session, user, now=now, toast=toast)

    @post("/reopenings", sync_to_thread=True, permission=Permission.APPROVALS_DECIDE, status_code=200)
    def reopen(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        ids: FromQuery[str] = "",
    ) -> Response[str]:
        """The way back: what was granted is undone, the questions wait again."""
        numbers = _numbers(ids.split(","))
        if not 0 < len(numbers) <= MOST_AT_ONCE:
            raise Refused(_("Choose from 1 to %(most)s requests", most=MOST_AT_ONCE))
        approvals.reopen_many(
            session,
            [approvals.get_approval(session, user, number) for number in numbers],
            by=user,
            now=now,
        )
        return _done(request, session, user, now=now, toast=replies.Toast(_("The answer is taken back")))

    @post(
        "/{approval_id:int}/withdrawal",
        sync_to_thread=True,
        permission=Permission.APPROVALS_SEE,
        status_code=200,
    )
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        approval_id: FromPath[int],
    ) -> Response[str]:
        approval = approvals.get_approval(session, user, approval_id)
        approvals.withdraw(session, approval, by=user, now=now)
        return _done(request, session, user, now=now, toast=replies.Toast(_("The request is taken back")))


def _show(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    chosen: Approval | None,
    *,
    now: datetime,
) -> Response[str]:
    context = _context(request, session, user, chosen, now=now)
    if replies.wants_fragment(request):
        return replies.region(request, "approvals/_queue.html", **context)
    return replies.page(request, "approvals/index.html", **context)


def _context(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    chosen: Approval | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    query = request.query_params
    kind = query.get("kind", "") if query.get("kind", "") in kinds.known() else ""
    decided = query.get("state") == "decided"
    seen = reading.queue(session, user, decided=decided, kind=kind, now=now)
    evening = day_end(now)
    return {
        "seen": seen,
        "decided": decided,
        "kind": kind,
        "known": kinds.known(),
        "told": kinds.told,
        "today": [one for one in seen.rows if one.until is not None and one.until < evening],
        "later": [one for one in seen.rows if one.until is None or one.until >= evening],
        "answerable": [one.id for one in seen.rows if not decided and may_answer(user, one)],
        "chosen": chosen,
        "facts": _facts(session, chosen, now),
        "waits": chosen is not None and _waits(chosen, now),
        "may_answer": chosen is not None and _waits(chosen, now) and may_answer(user, chosen),
        "may_withdraw": chosen is not None and _waits(chosen, now) and chosen.asked_by_id == user.id,
        "decider": chief_of(session, chosen.asked_by) if chosen else None,
        "decided_by": session.get(User, chosen.decided_by_id) if chosen and chosen.decided_by_id else None,
        "states": state_words(),
        "moment": now,
    }


def _facts(session: Session, chosen: Approval | None, now: datetime) -> list[kinds.Fact]:
    if chosen is None or chosen.kind not in kinds.known():
        return []
    return kinds.of(chosen.kind).facts(session, chosen, now)


def _waits(approval: Approval, now: datetime) -> bool:
    late = approval.until is not None and approval.until <= now
    return approval.state is ApprovalState.WAITING and not late


def _done(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    *,
    now: datetime,
    toast: replies.Toast,
) -> Response[str]:
    """The queue without what was decided; elsewhere the screen looks again by its own topic."""
    session.flush()
    body = ""
    if replies.wants_fragment(request):
        on_queue = request.headers.get("hx-target", "").endswith("approvals")
        body = "<!-- -->"
        if on_queue:
            context = _context(request, session, user, None, now=now)
            body = replies.render(request, "approvals/_queue.html", **context)
    return replies.done(request, to="/approvals", body=body, toast=toast)


def _said(decided: Decided, verdict: str) -> str:
    count = len(decided.done)
    if verdict == "approve":
        told = ngettext(
            "%(count)s request is approved", "%(count)s requests are approved", count, count=count
        )
    else:
        told = ngettext(
            "%(count)s request is declined", "%(count)s requests are declined", count, count=count
        )
    if not decided.refused:
        return told
    left = "; ".join(_told(one, no) for one, no in decided.refused)
    return _("%(done)s. Not done: %(left)s", done=told, left=left)


def _told(approval: Approval, sentence: str) -> str:
    return f"{kinds.told(approval.kind, approval.wish)} — {sentence}"


def state_words() -> dict[ApprovalState, str]:
    return {
        ApprovalState.WAITING: _("nobody answered in time"),
        ApprovalState.APPROVED: _("approved"),
        ApprovalState.DECLINED: _("declined"),
        ApprovalState.WITHDRAWN: _("taken back"),
        ApprovalState.LAPSED: _("nobody answered in time"),
    }


def _numbers(texts: list[str]) -> list[int]:
    """Each once, in the order of their numbers; what is no number is left out."""
    return sorted({int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19})
