"""/agencies/requests: bookings agents ask for, answered by whoever answers for the agency."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.agencies import asking, reading
from domain.estate import BookingKind
from domain.kernel import formats
from domain.kernel.errors import DomainError, Invalid, Refused
from domain.kernel.text import _
from web import fields, replies
from web.estate import cells
from web.estate.choice import choice
from web.estate.tabs import tabs
from web.estate.wanted import days_of
from web.given import Given


@dataclass
class Yes:
    days: str = "3"


@dataclass
class No:
    answer: str = ""


class AgencyRequests(Controller):
    path = "/agencies/requests"

    @get(sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return _queue(request, session, user, now=now)

    @post(
        "/{request_id:int}/confirmation",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def confirm(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        request_id: FromPath[int],
        data: URLEncodedBody[Yes],
    ) -> Response[str]:
        """Never optimistic: booked, or the row again with who was quicker."""
        asked = asking.get_request(session, user, request_id)
        try:
            with session.begin_nested():
                booking = asking.confirm(session, asked, days=days_of(data.days), by=user, now=now)
        except (Refused, Invalid) as no:
            return _queue(request, session, user, now=now, at=request_id, no=no)
        told = _(
            "Unit %(number)s is booked until %(until)s",
            number=asked.unit.number,
            until=formats.told(booking.until, now=now),
        )
        return replies.done(request, to="/agencies/requests", toast=told)

    @post(
        "/{request_id:int}/refusal", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200
    )
    def decline(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        request_id: FromPath[int],
        data: URLEncodedBody[No],
    ) -> Response[str]:
        asked = asking.get_request(session, user, request_id)
        try:
            with session.begin_nested():
                asking.decline(session, asked, answer=fields.words(data.answer), by=user, now=now)
        except (Refused, Invalid) as no:
            return _queue(request, session, user, now=now, at=request_id, no=no, answer=data.answer)
        return replies.done(request, to="/agencies/requests", toast=_("Declined; the agent reads why"))


def _verbal(session: Session, user: User) -> tuple[int, ...]:
    """For how long the person may book by word alone: what an agent is confirmed with."""
    kinds = choice(session, user).kinds
    return next((kind.days for kind in kinds if kind.value == BookingKind.VERBAL), ())


def _queue(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    *,
    now: datetime,
    at: int = 0,
    no: DomainError | None = None,
    answer: str = "",
) -> Response[str]:
    """The queue; `at` is the request that was refused, with the reason and what was typed."""
    context: dict[str, Any] = {
        "waiting": reading.requests(session, user, now=now, waiting=True),
        "decided": reading.requests(session, user, now=now, waiting=False)[:20],
        "terms": _verbal(session, user),
        "cells": cells,
        "at": at,
        "fields": no.fields if isinstance(no, Invalid) else {},
        "refusal": no if isinstance(no, Refused) else None,
        "answer": answer,
    }
    status = 422 if isinstance(no, Invalid) else 409 if no else 200
    if replies.wants_fragment(request):
        return replies.region(request, "agencies/_queue.html", status=status, **context)
    return replies.page(
        request, "agencies/requests.html", status=status, tabs=tabs(user, "/agencies"), **context
    )
