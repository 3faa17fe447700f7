"""/units/42/line: the waiting list of a unit; /waiting: one's places in all lines, left and reordered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User
from domain.deals.queueing import places
from domain.estate import Unit, waiting
from domain.estate.waiting import Waiting
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from web import replies
from web.estate import answers, cells
from web.estate.panel import panel
from web.estate.tabs import tabs
from web.estate.wanted import Wanted, deal_for, words
from web.given import Given


@dataclass
class Put:
    place: str = ""
    reason: str = ""


class UnitLine(Controller):
    path = "/units/{unit_id:int}/line"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """The part of the panel that looks again by itself."""
        beside = panel(session, user, unit, now=now)
        return replies.region(request, "estate/panel/_line.html", beside=beside, cells=cells)

    @post(sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def join(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        data: URLEncodedBody[Wanted],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                deal = deal_for(session, data, [unit], by=user, now=now)
                deals.join(session, deal, unit, by=user, now=now)
        except (Invalid, Refused) as no:
            if not replies.wants_fragment(request):
                raise
            return _again(request, session, user, unit, data, no, now=now)
        ahead = len(waiting.line(session, unit.id)) - 1
        told = _("In the line for unit %(number)s: %(ahead)s before you", number=unit.number, ahead=ahead)
        return answers.done(request, session, user, unit, now=now, toast=told)


class Places(Controller):
    path = "/waiting"

    @get(sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        rows = places(session, user)
        return replies.page(request, "estate/waiting.html", rows=rows, tabs=tabs(user, "/waiting"))

    @post(
        "/{waiting_id:int}/departure",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def leave(
        self,
        request: Request[Any, Any, Any],
        waiting_place: Given[Waiting],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        waiting.leave(session, waiting_place, by=user, now=now)
        unit = waiting_place.unit
        told = _("Out of the line for unit %(number)s", number=unit.number)
        return answers.done(request, session, user, unit, now=now, toast=told)

    @get("/{waiting_id:int}/place", sync_to_thread=True, permission=Permission.ESTATE_LINE)
    def form(
        self, request: Request[Any, Any, Any], waiting_place: Given[Waiting], session: Given[Session]
    ) -> Response[str]:
        return _placing(request, session, waiting_place, Put())

    @post("/{waiting_id:int}/place", sync_to_thread=True, permission=Permission.ESTATE_LINE, status_code=200)
    def reorder(
        self,
        request: Request[Any, Any, Any],
        waiting_place: Given[Waiting],
        data: URLEncodedBody[Put],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        text = data.place.strip()
        place = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
        try:
            with session.begin_nested():
                reason = words(data.reason)
                waiting.reorder(session, waiting_place, place=place, reason=reason, by=user, now=now)
        except Refused as no:
            return _placing(request, session, waiting_place, data, no=no)
        told = _("The order of the line is changed")
        return answers.done(request, session, user, waiting_place.unit, now=now, toast=told)


def _placing(
    request: Request[Any, Any, Any],
    session: Session,
    one: Waiting,
    given: Put,
    *,
    no: Refused | None = None,
) -> Response[str]:
    line = [each for each in waiting.line(session, one.unit_id) if each.booking_id is None]
    return answers.form(request, "placing", no=no, one=one, line=line, given=given)


def _again(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    unit: Unit,
    data: Wanted,
    no: Invalid | Refused,
    *,
    now: datetime,
) -> Response[str]:
    context = {
        "beside": panel(session, user, unit, now=now),
        "cells": cells,
        "joining": data,
        "wrong": no.fields if isinstance(no, Invalid) else {},
        "refusal": no if isinstance(no, Refused) else None,
    }
    status = 422 if isinstance(no, Invalid) else 409
    return replies.region(request, "estate/_panel.html", status=status, **context)
