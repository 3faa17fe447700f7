"""/deals/{deal_id}/tasks: the next step planned, moved, done and taken back; /comments: what is said."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain import activities, deals
from domain.access import Permission, User
from domain.kernel import formats
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _
from web import fields, replies
from web.deals.cards import regions
from web.given import Given
from web.replies import Toast


@dataclass
class Planned:
    title: str = ""
    due_at: str = ""


@dataclass
class Postponed(Planned):
    shown: str = ""
    """The moment the form was opened with."""


@dataclass
class Said:
    text: str = ""


class Steps(Controller):
    path = "/deals/{deal_id:int}/tasks"

    @get("/new", sync_to_thread=True, permission=Permission.DEALS_EDIT)
    def blank(
        self, request: Request[Any, Any, Any], deal: Given[deals.Deal], now: Given[datetime]
    ) -> Response[str]:
        return _form(request, deal, None, Planned(due_at=_tomorrow(now)))

    @post(sync_to_thread=True, permission=Permission.DEALS_EDIT, status_code=200)
    def plan(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        data: URLEncodedBody[Planned],
    ) -> Response[str]:
        try:
            due_at = fields.moment(data.due_at, "due_at")
            activities.plan(session, deal, title=fields.words(data.title), due_at=due_at, by=user, now=now)
        except Invalid as no:
            return _form(request, deal, None, data, wrong=no.fields)
        return _done(request, session, user, deal, _("The next step is planned"), now=now)

    @get("/{task_id:int}/moment", sync_to_thread=True, permission=Permission.DEALS_EDIT)
    def moment(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        deal: Given[deals.Deal],
        task_id: FromPath[int],
    ) -> Response[str]:
        task = activities.get_task(session, deal, task_id)
        due_at = _local(task.due_at)
        return _form(request, deal, task, Postponed(task.title, due_at, due_at))

    @post("/{task_id:int}/moment", sync_to_thread=True, permission=Permission.DEALS_EDIT, status_code=200)
    def postpone(
        self,
        *,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        task_id: FromPath[int],
        data: URLEncodedBody[Postponed],
    ) -> Response[str]:
        task = activities.get_task(session, deal, task_id)
        try:
            due_at, shown = fields.moment(data.due_at, "due_at"), fields.moment(data.shown, "due_at")
            activities.postpone(session, task, due_at=due_at, shown=shown, by=user, now=now)
        except Invalid as no:
            return _form(request, deal, task, data, wrong=no.fields)
        except Stale as no:
            data.shown = _local(task.due_at)
            return _form(request, deal, task, data, stale=no)
        return _done(request, session, user, deal, _("The step is moved"), now=now)

    @post("/{task_id:int}/completion", sync_to_thread=True, permission=Permission.DEALS_EDIT, status_code=200)
    def finish(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        task_id: FromPath[int],
    ) -> Response[str]:
        task = activities.get_task(session, deal, task_id)
        activities.finish(session, task, by=user, now=now)
        told = Toast(_("The step is done"), undo=f"/deals/{deal.id}/tasks/{task.id}/reopening")
        return _done(request, session, user, deal, told, now=now)

    @post("/{task_id:int}/reopening", sync_to_thread=True, permission=Permission.DEALS_EDIT, status_code=200)
    def reopen(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        task_id: FromPath[int],
    ) -> Response[str]:
        activities.reopen(session, activities.get_task(session, deal, task_id), by=user)
        return _done(request, session, user, deal, _("The step is open again"), now=now)


class Comments(Controller):
    path = "/deals/{deal_id:int}/comments"

    @post(sync_to_thread=True, permission=Permission.DEALS_SEE, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        data: URLEncodedBody[Said],
    ) -> Response[str]:
        """The answer carries an empty composer; after a refusal it keeps the text."""
        try:
            activities.comment(session, deal, text=fields.words(data.text), by=user, now=now)
        except Invalid as no:
            context = {"deal": deal, "text": data.text, "wrong": no.fields.get("text", "")}
            if replies.wants_fragment(request):
                return replies.region(request, "deals/_composer.html", plain=False, status=422, **context)
            return replies.page(request, "deals/commenting.html", plain=True, status=422, **context)
        body = regions(request, session, user, deal, now=now)
        composer = replies.render(request, "deals/_composer.html", plain=False, deal=deal, text="", wrong="")
        return replies.done(request, to=f"/deals/{deal.id}", body=composer + body)


def _done(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    deal: deals.Deal,
    told: str | Toast,
    *,
    now: datetime,
) -> Response[str]:
    body = regions(request, session, user, deal, now=now)
    return replies.done(request, to=f"/deals/{deal.id}", body=body, toast=told)


def _form(
    request: Request[Any, Any, Any],
    deal: deals.Deal,
    task: activities.Task | None,
    given: Planned,
    *,
    wrong: dict[str, str] | None = None,
    stale: Stale | None = None,
) -> Response[str]:
    context = {"deal": deal, "task": task, "given": given, "wrong": wrong or {}, "stale": stale}
    status = 422 if wrong else 409 if stale else 200
    if replies.wants_fragment(request):
        return replies.region(request, "deals/_planning.html", plain=False, status=status, **context)
    return replies.page(request, "deals/planning.html", plain=True, status=status, **context)


def _local(moment: datetime) -> str:
    """As `<input type="datetime-local">` has it."""
    return f"{formats.here(moment):%Y-%m-%dT%H:%M}"


def _tomorrow(now: datetime) -> str:
    return f"{formats.here(now) + timedelta(days=1):%Y-%m-%d}T10:00"
