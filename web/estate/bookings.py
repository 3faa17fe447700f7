"""POST /units/42/booking and what happens to a booking afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import FromQuery, URLEncodedBody
from sqlmodel import Session

from domain import deals, estate
from domain.access import Permission, User
from domain.access.chiefs import chief_of
from domain.estate import Booking, Unit
from domain.estate.settling import settle, unsettle
from domain.estate.similar import similar
from domain.kernel import formats
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from web import replies
from web.estate import cells
from web.estate.answers import ELSEWHERE, done
from web.estate.choice import kind_of
from web.estate.panel import panel
from web.estate.wanted import Term, Wanted, days_of, deal_for, words
from web.given import Given


@dataclass
class Question(Term):
    reason: str = ""


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

    @post(
        "/{booking_id:int}/requests",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def ask(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Question],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """Beyond one's own right: the head is asked, and the booking says that it waits."""
        asked = estate.ask_to_extend(
            session, booking, days=days_of(data.days), reason=data.reason, by=user, now=now
        )
        chief = chief_of(session, user)
        told = _("Asked: %(who)s will decide", who=chief.name if chief else "—")
        undo = f"/approvals/{asked.id}/withdrawal"
        return done(request, session, user, booking.unit, now=now, toast=replies.Toast(told, undo=undo))

    @post(
        "/{booking_id:int}/renewal",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def renew(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """The unit of a booking that ran out is booked again for the same deal, in one press."""
        again = deals.rebook(session, booking, by=user, now=now)
        told = _(
            "Unit %(number)s is booked until %(until)s",
            number=booking.unit.number,
            until=formats.told(again.until, now=now),
        )
        undo = f"/bookings/{again.id}/cancellation"
        return done(request, session, user, booking.unit, now=now, toast=replies.Toast(told, undo=undo))

    @post(
        "/{booking_id:int}/settlement",
        sync_to_thread=True,
        permission=Permission.ESTATE_BOOK,
        status_code=200,
    )
    def settle(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        back: FromQuery[str] = "",
    ) -> Response[str]:
        """Nothing more is to be done about a booking that ran out; `back` takes that back."""
        here = f"/bookings/{booking.id}/settlement"
        if back:
            unsettle(session, booking, by=user, now=now)
            toast = replies.Toast(_("The booking is in the list again"))
        else:
            settle(session, booking, by=user, now=now)
            told = _("The overdue booking of unit %(number)s is settled", number=booking.unit.number)
            toast = replies.Toast(told, undo=f"{here}?back=1")
        body = ELSEWHERE if replies.wants_fragment(request) else ""
        return replies.done(request, to="/bookings?state=overdue", body=body, toast=toast)


def _book(
    session: Session, deal: deals.Deal, unit: Unit, data: Wanted, *, by: User, now: datetime
) -> Booking:
    days, kind = days_of(data.days), kind_of(data.kind)
    if data.reason:
        reason = words(data.reason)
        return deals.book_ahead(session, deal, unit, days=days, kind=kind, reason=reason, by=by, now=now)
    return deals.book(session, deal, unit, days=days, kind=kind, by=by, now=now)


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
