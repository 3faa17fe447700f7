"""/bookings/7/acceptance and /bookings/7/refusal: the answer to the offer of a unit one waited for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User
from domain.estate import Booking, BookingKind, waiting
from domain.estate.terms import kinds as terms
from domain.kernel import formats
from domain.kernel.text import _
from web import replies
from web.estate import answers
from web.estate.wanted import days_of
from web.given import Given


@dataclass
class Accepted:
    days: str = ""
    """Empty for the usual term of the kind."""
    kind: str = BookingKind.VERBAL


class Offered(Controller):
    path = "/bookings/{booking_id:int}"

    @post("/acceptance", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def accept(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Accepted],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """From an offer to a booking of the chosen kind and term."""
        deal = session.get_one(deals.Deal, booking.deal_id)
        kinds = {kind.value: kind for kind in BookingKind}
        kind = kinds.get(data.kind, BookingKind.OFFER)
        days = days_of(data.days) if data.days else terms.of(session, kind).default_days
        deals.accept(session, deal, booking, days=days, kind=kind, by=user, now=now)
        until = formats.told(booking.until, now=now)
        told = _("Unit %(number)s is booked until %(until)s", number=booking.unit.number, until=until)
        undo = f"/bookings/{booking.id}/cancellation"
        toast = replies.Toast(told, undo=undo)
        return answers.done(request, session, user, booking.unit, now=now, toast=toast)

    @post("/refusal", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def decline(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        waiting.decline(session, booking, by=user, now=now)
        told = _("The offer is declined: the unit goes on to the next in the line")
        return answers.done(request, session, user, booking.unit, now=now, toast=told)
