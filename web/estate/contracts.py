"""/bookings/7/contract, /sale, /termination: confirmed by the head or the accountant, undone the same day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User
from domain.deals.units import Held, held
from domain.estate import Booking, claims, contracts
from domain.kernel.errors import Refused
from domain.kernel.text import _
from web import replies
from web.estate import answers
from web.estate.wanted import words
from web.given import Given

SIGNING = Permission.ESTATE_CONTRACT


@dataclass
class Signed:
    number: str = ""
    all: str = ""
    """Filled when the contract is for every booked unit of the deal."""


@dataclass
class Ended:
    reason: str = ""


class Contracts(Controller):
    path = "/bookings/{booking_id:int}"

    @get("/contract", sync_to_thread=True, permission=SIGNING)
    def form(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        claims.demand_right(session, booking, by=user)
        return _signing(request, session, booking, Signed(), now=now)

    @post("/contract", sync_to_thread=True, permission=SIGNING, status_code=200)
    def sign(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Signed],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        number = words(data.number)
        others = [one.booking_id for one in _others(session, booking, now=now)] if data.all else []
        try:
            with session.begin_nested():
                every = [booking, *(session.get_one(Booking, other) for other in others)]
                contracts.contract_all(session, every, number=number, by=user, now=now)
        except Refused as no:
            return _signing(request, session, booking, data, now=now, no=no)
        told = _("Unit %(number)s is under contract", number=booking.unit.number)
        toast = replies.Toast(told, undo=None if others else f"/bookings/{booking.id}/contract/undo")
        return answers.done(request, session, user, booking.unit, now=now, toast=toast)

    @post("/sale", sync_to_thread=True, permission=SIGNING, status_code=200)
    def sell(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        contracts.sell(session, booking, by=user, now=now)
        told = _("Unit %(number)s is sold", number=booking.unit.number)
        toast = replies.Toast(told, undo=f"/bookings/{booking.id}/contract/undo")
        return answers.done(request, session, user, booking.unit, now=now, toast=toast)

    @get("/termination", sync_to_thread=True, permission=SIGNING)
    def ending(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
    ) -> Response[str]:
        claims.demand_right(session, booking, by=user)
        return answers.form(request, "ending", booking=booking, given=Ended())

    @post("/termination", sync_to_thread=True, permission=SIGNING, status_code=200)
    def terminate(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Ended],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                contracts.terminate(session, booking, reason=words(data.reason), by=user, now=now)
        except Refused as no:
            return answers.form(request, "ending", no=no, booking=booking, given=data)
        told = _("The contract is terminated, unit %(number)s is given back", number=booking.unit.number)
        toast = replies.Toast(told, undo=f"/bookings/{booking.id}/contract/undo")
        return answers.done(request, session, user, booking.unit, now=now, toast=toast)

    @post("/contract/undo", sync_to_thread=True, permission=SIGNING, status_code=200)
    def take_back(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        deals.take_back(session, booking, by=user, now=now)
        told = _("Taken back: unit %(number)s is as it was before", number=booking.unit.number)
        return answers.done(request, session, user, booking.unit, now=now, toast=told)


def _others(session: Session, booking: Booking, *, now: datetime) -> list[Held]:
    """The other booked units of the deal: one contract may be for all of them."""
    of_deal = held(session, booking.deal_id, now=now)
    return [one for one in of_deal if one.is_booked and one.booking_id != booking.id]


def _signing(
    request: Request[Any, Any, Any],
    session: Session,
    booking: Booking,
    given: Signed,
    *,
    now: datetime,
    no: Refused | None = None,
) -> Response[str]:
    others = _others(session, booking, now=now)
    return answers.form(request, "signing", no=no, booking=booking, others=others, given=given)
