"""/selections/5/choices: units of a selection added, noted, moved, taken out and put back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.selecting import choices
from domain.estate.selecting.selections import get_selection
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _, ngettext
from web import addresses, replies
from web.estate.answers import ELSEWHERE
from web.estate.numbers import numbers
from web.estate.selected import page
from web.given import Given

LONGEST_NOTE = 300


@dataclass
class Added:
    units: str = ""


@dataclass
class Noted:
    note: str = ""
    shown: str = ""
    """The note that stood in the form."""


@dataclass
class Moved:
    to: str = "up"


class Choices(Controller):
    path = "/selections/{selection_id:int}/choices"

    @post(sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def add(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Added],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
    ) -> Response[str]:
        selection = get_selection(session, user, selection_id)
        added = choices.add(session, selection, numbers([data.units]), by=user, now=now)
        told = (
            ngettext(
                "%(count)s unit is added to “%(name)s”", "%(count)s units are added to “%(name)s”",
                len(added), count=len(added), name=selection.name,
            )
            if added
            else _("It is in “%(name)s” already", name=selection.name)
        )  # fmt: skip
        undo = f"/selections/{selection.id}/choices/{added[0].id}/removal" if len(added) == 1 else None
        return replies.done(
            request,
            to=f"/selections/{selection.id}",
            body=_stay(request),
            toast=replies.Toast(told, undo=undo),
        )

    @post("/{choice_id:int}/note", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def note(
        self,
        request: Request[Any, Any, Any],
        *,
        data: URLEncodedBody[Noted],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
        choice_id: FromPath[int],
    ) -> Response[str]:
        selection = get_selection(session, user, selection_id)
        choice = choices.get_choice(session, selection, choice_id)
        text = " ".join(data.note.replace("\0", "").split())
        if len(text) > LONGEST_NOTE:
            raise Invalid({"note": _("The note is longer than %(most)s characters", most=LONGEST_NOTE)})
        try:
            choices.note(session, selection, choice, text=text, shown=data.shown, by=user)
        except Stale as no:
            return page(request, session, user, selection, refused=(choice.id, text, no), now=now)
        return replies.done(request, to=f"/selections/{selection.id}", toast=_("Saved"))

    @post("/{choice_id:int}/moves", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def move(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Moved],
        session: Given[Session],
        user: Given[User],
        selection_id: FromPath[int],
        choice_id: FromPath[int],
    ) -> Response[str]:
        selection = get_selection(session, user, selection_id)
        choice = choices.get_choice(session, selection, choice_id)
        choices.move(session, selection, choice, up=data.to == "up", by=user)
        return replies.done(request, to=f"/selections/{selection.id}")

    @post("/{choice_id:int}/removal", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def take_out(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
        choice_id: FromPath[int],
    ) -> Response[str]:
        selection = get_selection(session, user, selection_id)
        choice = choices.get_choice(session, selection, choice_id)
        choices.take_out(session, selection, choice, by=user, now=now)
        undo = f"/selections/{selection.id}/choices/{choice.id}/return"
        toast = replies.Toast(_("The unit is taken out of the selection"), undo=undo)
        return replies.done(request, to=f"/selections/{selection.id}", body=_stay(request), toast=toast)

    @post("/{choice_id:int}/return", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def put_back(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        selection_id: FromPath[int],
        choice_id: FromPath[int],
    ) -> Response[str]:
        selection = get_selection(session, user, selection_id)
        choice = choices.get_choice(session, selection, choice_id, removed=True)
        choices.put_back(session, selection, choice, by=user)
        return replies.done(request, to=f"/selections/{selection.id}", toast=_("The unit is back"))


def _stay(request: Request[Any, Any, Any]) -> str:
    """Who added a unit beside the board, or took that back, stays there; a selection's page is shown anew."""
    here = addresses.parts(request.headers.get("hx-current-url", "")).path
    return "" if here.startswith("/selections") or not replies.wants_fragment(request) else ELSEWHERE
