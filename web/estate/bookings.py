"""POST /units/42/booking and what happens to a booking afterwards; GET /bookings: the register."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain import deals, estate
from domain.access import Permission, User
from domain.estate import Booking, Unit
from domain.estate.register import register
from domain.estate.similar import similar
from domain.kernel import formats
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from web import replies
from web.estate import cells
from web.estate.answers import done
from web.estate.panel import panel
from web.estate.tabs import tabs
from web.estate.wanted import Term, Wanted, days_of, deal_for, words
from web.given import Given


class UnitBooking(Controller):
    path = "/units/{unit_id:int}/booking"

    @post(sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        data: URLEncodedBody[Wanted],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """Never optimistic: the panel as it is after the deed, or the reasons with the form kept."""
        try:
            with session.begin_nested():
                deal = deal_for(session, data, [unit], by=user, now=now)
                booking = _book(session, deal, unit, data, by=user, now=now)
        except Invalid as no:
            return _again(request, session, user, unit, data, now=now, status=422, fields=no.fields)
        except Refused as no:
            if not replies.wants_fragment(request):
                raise
            return _again(request, session, user, unit, data, now=now, status=409, refusal=no)
        return done(
            request,
            session,
            user,
            unit,
            now=now,
            toast=replies.Toast(
                _(
                    "Unit %(number)s is booked until %(until)s",
                    number=unit.number,
                    until=formats.told(booking.until, now=now),
                ),
                undo=f"/bookings/{booking.id}/cancellation",
            ),
        )


class Bookings(Controller):
    path = "/bookings"

    @get(sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        shown = "over" if request.query_params.get("state") == "over" else "active"
        rows = register(session, user, over=shown == "over", now=now)
        return replies.page(
            request, "estate/bookings.html", rows=rows, state=shown, tabs=tabs(user, "/bookings")
        )

    @post(
        "/{booking_id:int}/cancellation",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def cancel(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        estate.cancel(session, booking, by=user, now=now)
        told = _("The booking is cancelled, unit %(number)s is free", number=booking.unit.number)
        return done(request, session, user, booking.unit, now=now, toast=told)

    @post(
        "/{booking_id:int}/extensions",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def extend(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Term],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        estate.extend(session, booking, days=days_of(data.days), by=user, now=now)
        told = _("The booking is extended until %(until)s", until=formats.told(booking.until, now=now))
        return done(request, session, user, booking.unit, now=now, toast=told)


def _book(
    session: Session, deal: deals.Deal, unit: Unit, data: Wanted, *, by: User, now: datetime
) -> Booking:
    days = days_of(data.days)
    if data.reason:
        return deals.book_ahead(session, deal, unit, days=days, reason=words(data.reason), by=by, now=now)
    return deals.book(session, deal, unit, days=days, by=by, now=now)


def _again(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    unit: Unit,
    data: Wanted,
    *,
    now: datetime,
    status: int,
    fields: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> Response[str]:
    """The panel once more with what was typed, and for the one who came second the nearest free units."""
    context = {
        "beside": panel(session, user, unit, now=now),
        "cells": cells,
        "given": data,
        "fields": fields or {},
        "refusal": refusal,
        "nearest": similar(session, unit, now=now) if refusal else [],
    }
    if replies.wants_fragment(request):
        return replies.region(request, "estate/_panel.html", status=status, **context)
    return replies.page(request, "estate/unit.html", status=status, **context)
