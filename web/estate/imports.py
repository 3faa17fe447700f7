"""/estate/imports: workbooks of the stock brought in, shown beside the stock, taken over and taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, BinaryIO, TypeVar, cast

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import MultiDict, UploadFile
from litestar.params import FromPath, MultipartBody
from litestar.response import File
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.sheets import listing, receiving, working
from domain.estate.sheets.models import AT_WORK, ImportStep, Outcome, StockImport, Verdict
from domain.files import path_of
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from web import replies
from web.estate.tabs import tabs
from web.given import Given

Choice = TypeVar("Choice", bound=Enum)

STATES: dict[ImportStep, tuple[Callable[[], str], str]] = {
    ImportStep.CHECKING: (lambda: _("being looked into"), "acc"),
    ImportStep.UNREADABLE: (lambda: _("can't be read"), "bad"),
    ImportStep.CHECKED: (lambda: _("waits for a decision"), "warn"),
    ImportStep.APPLYING: (lambda: _("being taken over"), "acc"),
    ImportStep.FAILED: (lambda: _("not taken over"), "bad"),
    ImportStep.DONE: (lambda: _("taken over"), "ok"),
    ImportStep.UNDOING: (lambda: _("being taken back"), "acc"),
    ImportStep.UNDONE: (lambda: _("undone"), ""),
}
"""The word and its tone."""
VERDICTS: dict[Verdict, Callable[[], str]] = {
    Verdict.CHANGED: lambda: _("Change"),
    Verdict.ADDED: lambda: _("New"),
    Verdict.CONFLICT: lambda: _("Conflicts"),
    Verdict.WRONG: lambda: _("Mistakes"),
}
OUTCOMES: dict[Outcome, Callable[[], str]] = {
    Outcome.APPLIED: lambda: _("Taken over"),
    Outcome.STALE: lambda: _("Changed meanwhile"),
    Outcome.RETURNED: lambda: _("Taken back"),
    Outcome.KEPT: lambda: _("Not taken back"),
}


@dataclass
class Sent:
    file: Any = None


class Imports(Controller):
    path = "/estate/imports"

    @get(sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        return _list(request, session, user)

    @post(sync_to_thread=True, permission=Permission.ESTATE_ARRANGE, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: MultipartBody[Sent],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """A small file is looked into at once; a large one while its page waits."""
        if not isinstance(data.file, UploadFile):
            return _list(request, session, user, refusal=_("Choose a file first"))
        content = cast(BinaryIO, data.file.file)
        try:
            record = receiving.receive(session, data.file.filename, content, by=user, now=now)
        except Invalid as no:
            return _list(request, session, user, refusal=no.fields["file"])
        if record.size <= receiving.SMALL:
            receiving.check(session, record, now=now)
        return replies.done(request, to=f"/estate/imports/{record.id}")

    @get("/{import_id:int}", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        import_id: FromPath[int],
    ) -> Response[str]:
        record = receiving.get_import(session, import_id)
        context = _shown(request.query_params, session, record, now=now)
        if replies.wants_fragment(request):
            return replies.region(request, "estate/sheets/_import.html", **context)
        return replies.page(
            request, "estate/sheets/import.html", tabs=tabs(user, "/estate/imports"), **context
        )

    @get("/{import_id:int}/file", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def file(self, session: Given[Session], import_id: FromPath[int]) -> File:
        """The file as it was sent, whatever came of it."""
        record = receiving.get_import(session, import_id)
        return File(path_of(record.sha256), filename=record.name, media_type="application/octet-stream")

    @post(
        "/{import_id:int}/application",
        sync_to_thread=True,
        permission=Permission.ESTATE_ARRANGE,
        status_code=200,
    )
    def apply(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        import_id: FromPath[int],
    ) -> Response[str]:
        record = receiving.get_import(session, import_id)
        receiving.ask_to_apply(session, record, by=user)
        return _carried(request, session, record, now=now)

    @post(
        "/{import_id:int}/undoing",
        sync_to_thread=True,
        permission=Permission.ESTATE_ARRANGE,
        status_code=200,
    )
    def undo(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        import_id: FromPath[int],
    ) -> Response[str]:
        record = receiving.get_import(session, import_id)
        receiving.ask_to_undo(session, record, by=user, now=now)
        return _carried(request, session, record, now=now)


def _carried(
    request: Request[Any, Any, Any], session: Session, record: StockImport, *, now: datetime
) -> Response[str]:
    """Few rows are done while the person waits; many by a worker, and the page tells how far it has come."""
    if record.total <= receiving.FEW:
        try:
            with session.begin_nested():
                working.carry(session, record, now=now, told=lambda _passed: None)
        except Refused as no:
            session.refresh(record)
            working.give_up(session, record, no.sentence)
    return replies.done(request, to=f"/estate/imports/{record.id}")


def _list(request: Request[Any, Any, Any], session: Session, user: User, refusal: str = "") -> Response[str]:
    context: dict[str, Any] = {
        "files": listing.imports(session),
        "states": STATES,
        "verdicts": VERDICTS,
        "refusal": refusal,
        "undo_days": receiving.UNDO_DAYS,
        "tabs": tabs(user, "/estate/imports"),
    }
    return replies.page(request, "estate/sheets/imports.html", status=422 if refusal else 200, **context)


def _shown(query: MultiDict[str], session: Session, record: StockImport, *, now: datetime) -> dict[str, Any]:
    verdict, outcome = _choice(Verdict, query.get("verdict")), _choice(Outcome, query.get("outcome"))
    after = query.get("after", "")
    page = listing.rows(
        session,
        record,
        verdict=verdict,
        outcome=outcome,
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0,
    )
    return {
        "file": record,
        "state": STATES[record.step],
        "numbers": listing.numbers(session, record),
        "page": page,
        "verdict": verdict,
        "outcome": outcome,
        "verdicts": VERDICTS,
        "outcomes": OUTCOMES,
        "at_work": record.step in AT_WORK,
        "may_undo": receiving.may_be_undone(record, now=now),
        "undo_days": receiving.UNDO_DAYS,
    }


def _choice(kind: type[Choice], text: str | None) -> Choice | None:
    return next((member for member in kind if member.value == text), None)
