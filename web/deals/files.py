"""/deals/{deal_id}/files: attached, handed out, taken off and put back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody
from litestar.response import File
from sqlmodel import Session

from domain import activities, deals
from domain.access import Permission, User
from domain.files import path_of
from domain.kernel.errors import Invalid
from domain.kernel.text import _, ngettext
from web import replies
from web.deals.cards import around, regions
from web.given import Given

ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
"""A picture opens in a tab of its own, where nothing runs whatever is inside it."""


@dataclass
class Sent:
    files: list[Any] = field(default_factory=list)
    """What a browser sends when nothing was chosen is no file but an empty word."""


class Files(Controller):
    path = "/deals/{deal_id:int}/files"

    @post(sync_to_thread=True, permission=Permission.DEALS_SEE, status_code=200)
    def attach(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        data: MultipartBody[Sent],
    ) -> Response[str]:
        """All or none; a refusal says what is wrong with each file, in the place where they were chosen."""
        sent = [file for file in data.files if isinstance(file, UploadFile)]
        given = [(file.filename, cast(BinaryIO, file.file)) for file in sent]
        try:
            kept = activities.attach(session, deal, given, by=user, now=now)
        except Invalid as no:
            return _refused(request, session, deal, no, now=now)
        told = ngettext(
            "%(count)s file is attached", "%(count)s files are attached", len(kept), count=len(kept)
        )
        return _done(request, session, user, deal, told, now=now)

    @get("/{file_id:int}", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def hand_out(self, session: Given[Session], deal: Given[deals.Deal], file_id: FromPath[int]) -> File:
        """Pictures open in the browser, everything else is saved."""
        found = activities.get_attachment(session, deal, file_id)
        is_picture = found.media_type.startswith("image/")
        return File(
            path_of(found.sha256),
            filename=found.name,
            media_type=found.media_type,
            content_disposition_type="inline" if is_picture else "attachment",
            headers=ALONE,
        )

    @post("/{file_id:int}/removal", sync_to_thread=True, permission=Permission.DEALS_SEE, status_code=200)
    def remove(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        file_id: FromPath[int],
    ) -> Response[str]:
        found = activities.get_attachment(session, deal, file_id)
        activities.take_off(session, found, by=user, now=now)
        undo = f"/deals/{deal.id}/files/{file_id}/return"
        told = replies.Toast(_("The file “%(name)s” is taken off", name=found.name), undo=undo)
        return _done(request, session, user, deal, told, now=now)

    @post("/{file_id:int}/return", sync_to_thread=True, permission=Permission.DEALS_SEE, status_code=200)
    def put_back(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        file_id: FromPath[int],
    ) -> Response[str]:
        found = activities.get_attachment(session, deal, file_id)
        activities.put_back(session, found, by=user)
        return _done(request, session, user, deal, _("The file is back"), now=now)


def _refused(
    request: Request[Any, Any, Any], session: Session, deal: deals.Deal, no: Invalid, *, now: datetime
) -> Response[str]:
    """For htmx the section of files alone; without scripts a page with the sentences and the way back."""
    if not replies.wants_fragment(request):
        return replies.page(
            request, "deals/attaching.html", status=422, deal=deal, refusals=no.fields["files"]
        )
    context = around(request.scope["user"], aside=False)
    shown = deals.card.card(session, deal, now=now)
    return replies.region(
        request, "deals/_files.html", status=422, card=shown, refusals=no.fields["files"], **context
    )


def _done(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    deal: deals.Deal,
    told: str | replies.Toast,
    *,
    now: datetime,
) -> Response[str]:
    body = regions(request, session, user, deal, now=now)
    return replies.done(request, to=f"/deals/{deal.id}", body=body, toast=told)
