"""/bookings/7/swap: another unit in the same deal; /bookings/7/transfer: the same unit for another deal."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from sqlmodel import Session

from domain import deals, estate
from domain.access import Permission, User
from domain.estate import Booking, claims
from domain.estate.instead import candidates
from domain.kernel.errors import DomainError, Invalid, Refused
from domain.kernel.text import _
from web import replies
from web.estate import answers
from web.estate.wanted import words
from web.given import Given

LONGEST_NUMBER = 20


@dataclass
class Swapped:
    unit_id: str = ""
    shown: str = ""
    """The price the person saw."""


@dataclass
class Transferred:
    deal_id: str = ""
    reason: str = ""


class Swaps(Controller):
    path = "/bookings/{booking_id:int}"

    @get("/swap", sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def choices(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        number: FromQuery[str] = "",
    ) -> Response[str]:
        """What the unit may be exchanged for, with the difference in price."""
        claims.demand_right(session, booking, by=user)
        return _swapping(request, session, booking, words(number), now=now)

    @post("/swap", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def swap(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Swapped],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                unit = estate.get_unit(session, user, number(data.unit_id, "unit_id"))
                deal = session.get_one(deals.Deal, booking.deal_id)
                shown = _shown(data.shown)
                instead = deals.swap(session, deal, booking, unit, shown=shown, by=user, now=now)
        except (Invalid, Refused) as no:
            return _swapping(request, session, booking, "", now=now, no=no)
        told = _(
            "Unit %(number)s is booked instead of %(before)s",
            number=unit.number,
            before=booking.unit.number,
        )
        toast = replies.Toast(told, undo=f"/bookings/{instead.id}/swap/undo")
        return answers.done(request, session, user, unit, now=now, toast=toast, to=f"/deals/{deal.id}")

    @post("/swap/undo", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def swap_back(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        deal = session.get_one(deals.Deal, booking.deal_id)
        before = deals.swap_back(session, deal, booking, by=user, now=now)
        told = _("Unit %(number)s is booked again", number=before.unit.number)
        return answers.done(request, session, user, before.unit, now=now, toast=told, to=f"/deals/{deal.id}")

    @get("/transfer", sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def form(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
    ) -> Response[str]:
        claims.demand_right(session, booking, by=user)
        return answers.form(request, "transferring", booking=booking, given=Transferred())

    @post("/transfer", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def transfer(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Transferred],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """Both deals must be visible to the person: somebody else's is not found."""
        try:
            with session.begin_nested():
                left = deals.get_visible(session, user, booking.deal_id)
                to = deals.get_visible(session, user, number(data.deal_id, "deal_id"))
                reason = words(data.reason)
                deals.transfer(session, booking, left=left, to=to, reason=reason, by=user, now=now)
        except (Invalid, Refused) as no:
            return answers.form(request, "transferring", no=no, booking=booking, given=data)
        told = _("The booking of unit %(number)s went to deal No. %(deal)s",
                 number=booking.unit.number, deal=to.id)  # fmt: skip
        toast = replies.Toast(told, undo=f"/bookings/{booking.id}/transfer/undo")
        return answers.done(request, session, user, booking.unit, now=now, toast=toast, to=f"/deals/{to.id}")

    @post("/transfer/undo", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def transfer_back(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        deals.transfer_back(session, booking, by=user, now=now)
        told = _("The booking is back in its deal")
        return answers.done(request, session, user, booking.unit, now=now, toast=told)


def number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid({field: _("Choose one from the list")})
    return int(text)


def _shown(text: str) -> Decimal:
    try:
        told = Decimal(text)
    except InvalidOperation:
        told = Decimal(-1)
    return told if told.is_finite() else Decimal(-1)


def _swapping(
    request: Request[Any, Any, Any],
    session: Session,
    booking: Booking,
    named: str,
    *,
    now: datetime,
    no: DomainError | None = None,
) -> Response[str]:
    found = candidates(session, booking, booking.unit, number=named[:LONGEST_NUMBER], now=now)
    return answers.form(request, "swapping", no=no, booking=booking, found=found, number=named)
