"""Several units at once: GET /baskets as one chooses, POST /baskets for all of them or none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from sqlmodel import Session

from domain import deals, estate
from domain.access import Permission, User
from domain.estate.basket import basket
from domain.estate.booking import MOST_AT_ONCE, NotAllFree
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _, ngettext
from web import replies
from web.estate.answers import ELSEWHERE
from web.estate.choice import choice, kind_of
from web.estate.wanted import Term, Wanted, days_of, deal_for
from web.given import Given


@dataclass
class Several(Wanted):
    units: str = ""
    """Numbers of records with commas between them, as the screen chose them."""


class Baskets(Controller):
    path = "/baskets"

    @get(sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        units: FromQuery[str] = "",
    ) -> Response[str]:
        """The chosen units with their prices as they are now, and the sum."""
        chosen = basket(session, _numbers(units), now=now)
        return replies.region(request, "estate/_chosen.html", basket=chosen)

    @post(sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Several],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """All or nothing; a refusal says what is taken and keeps the others chosen."""
        try:
            with session.begin_nested():
                bookings = _book(session, data, by=user, now=now)
        except Invalid as no:
            return _again(request, session, user, data, now=now, status=422, fields=no.fields)
        except Refused as no:
            if not replies.wants_fragment(request):
                raise
            return _again(request, session, user, data, now=now, status=409, refusal=no)
        count = len(bookings)
        told = ngettext("%(count)s unit is booked", "%(count)s units are booked", count, count=count)
        numbers = ",".join(str(booking.id) for booking in bookings)
        return replies.done(
            request,
            to=f"/deals/{bookings[0].deal_id}",
            body=replies.render(
                request, "estate/_basket.html", basket=None, given=None, choice=choice(session, user)
            ),
            toast=replies.Toast(told, undo=f"/baskets/cancellations?bookings={numbers}"),
        )

    @post("/cancellations", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def cancel(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        bookings: FromQuery[str] = "",
    ) -> Response[str]:
        """The way back from a basket: all of its units are free again, or none."""
        found = [estate.get_booking(session, user, number) for number in _numbers(bookings)]
        estate.cancel_all(session, found, by=user, now=now)
        body = ELSEWHERE if replies.wants_fragment(request) else ""
        return replies.done(request, to="/bookings", body=body, toast=_("The bookings are cancelled"))

    @post("/extensions", sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def extend(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Term],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        bookings: FromQuery[str] = "",
    ) -> Response[str]:
        """All of a deal's bookings are prolonged, or none."""
        found = [estate.get_booking(session, user, number) for number in _numbers(bookings)]
        estate.extend_all(session, found, days=days_of(data.days), by=user, now=now)
        body = ELSEWHERE if replies.wants_fragment(request) else ""
        return replies.done(request, to="/bookings", body=body, toast=_("The bookings are extended"))


def _book(session: Session, data: Several, *, by: User, now: datetime) -> list[estate.Booking]:
    units = [estate.get_unit(session, by, number) for number in _numbers(data.units)]
    if not units:
        raise Refused(_("Choose from 1 to %(most)s units", most=MOST_AT_ONCE))
    deal = deal_for(session, data, units, by=by, now=now)
    wanted = [unit.id for unit in units]
    days, kind = days_of(data.days), kind_of(data.kind)
    return deals.book_all(session, deal, wanted, days=days, kind=kind, by=by, now=now)


def _again(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    data: Several,
    *,
    now: datetime,
    status: int,
    fields: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> Response[str]:
    """The bar once more with what was typed; what is taken is no longer in it."""
    taken = refusal.taken if isinstance(refusal, NotAllFree) else frozenset()
    context = {
        "basket": basket(session, set(_numbers(data.units)) - taken, now=now),
        "choice": choice(session, user),
        "given": data,
        "fields": fields or {},
        "refusal": refusal,
    }
    return replies.region(request, "estate/_basket.html", status=status, **context)


def _numbers(text: str) -> list[int]:
    """Each once, in the order of their numbers; what is no number is left out."""
    found = {int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 19}
    return sorted(found)[: MOST_AT_ONCE + 1]
