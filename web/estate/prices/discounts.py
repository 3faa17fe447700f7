"""/discounts: what waits for the head, what was decided, the limits; asking stands at the booking."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, Role, User, may
from domain.estate import Booking
from domain.estate.discounts import deciding, giving
from domain.estate.discounts.limits import LIMITED, limits, may_set, set_limits
from domain.estate.discounts.models import DiscountState
from domain.estate.discounts.queue import get_discount, queue
from domain.estate.pricing.models import Effect
from domain.kernel import formats
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _
from web import fields, replies
from web.estate.prices import asked
from web.estate.prices.around import around
from web.given import Given


@dataclass
class Asked:
    effect: str = ""
    value: str = ""
    reason: str = ""


@dataclass
class Decided:
    comment: str = ""


@dataclass
class Limits:
    manager: str = ""
    head: str = ""
    shown_manager: str = ""
    shown_head: str = ""


class Discounts(Controller):
    path = "/discounts"

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return _page(request, session, user, now=now)

    @post("/limits", sync_to_thread=True, permission=Permission.PRICES_SEE, status_code=200)
    def limit(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Limits],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """The head's and the administrator's: the verb says no to anybody else."""
        try:
            with session.begin_nested():
                wanted = {role: asked.decimal(getattr(data, role.value), "percent") for role in LIMITED}
                shown = {
                    role: asked.decimal(getattr(data, f"shown_{role.value}"), "percent") for role in LIMITED
                }
                set_limits(session, wanted, shown=shown, by=user)
        except (Invalid, Stale) as no:
            session.expire_all()
            return _page(request, session, user, now=now, no=no)
        return replies.done(request, to="/discounts", toast=_("The limits are saved"))

    @post("/{discount_id:int}/approval", sync_to_thread=True, permission=Permission.DISCOUNTS_APPROVE,
          status_code=200)  # fmt: skip
    def approve(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Decided],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        discount_id: FromPath[int],
    ) -> Response[str]:
        discount = get_discount(session, user, discount_id)
        deciding.approve(session, discount, comment=fields.words(data.comment)[:500], by=user, now=now)
        told = _("A discount of %(amount)s is given", amount=formats.money(discount.amount))
        toast = replies.Toast(told, undo=f"/discounts/{discount.id}/withdrawal")
        return replies.done(request, to="/discounts", toast=toast)

    @post("/{discount_id:int}/refusal", sync_to_thread=True, permission=Permission.DISCOUNTS_APPROVE,
          status_code=200)  # fmt: skip
    def refuse(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Decided],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        discount_id: FromPath[int],
    ) -> Response[str]:
        discount = get_discount(session, user, discount_id)
        deciding.refuse(session, discount, comment=fields.words(data.comment)[:500], by=user, now=now)
        told = _("A discount of %(amount)s is refused", amount=formats.money(discount.amount))
        return replies.done(request, to="/discounts", toast=told)

    @post("/{discount_id:int}/withdrawal", sync_to_thread=True, permission=Permission.ESTATE_BOOK,
          status_code=200)  # fmt: skip
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        discount_id: FromPath[int],
    ) -> Response[str]:
        discount = get_discount(session, user, discount_id)
        giving.withdraw(session, discount, by=user, now=now)
        told = _("The discount of %(amount)s is taken back", amount=formats.money(discount.amount))
        return replies.done(request, to=f"/deals/{discount.booking.deal_id}", toast=told)


class BookingDiscounts(Controller):
    path = "/bookings/{booking_id:int}/discounts"

    @post(sync_to_thread=True, permission=Permission.ESTATE_BOOK, status_code=200)
    def ask(
        self,
        request: Request[Any, Any, Any],
        booking: Given[Booking],
        data: URLEncodedBody[Asked],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """Given at once within one's limit; above it sent to the head."""
        discount = giving.ask(
            session,
            booking,
            effect=asked.choice(Effect, data.effect, Effect.PERCENT),
            value=asked.decimal(data.value, "value").quantize(asked.KOPECK),
            reason=fields.words(data.reason),
            by=user,
            now=now,
        )
        told = (
            _("A discount of %(amount)s is given", amount=formats.money(discount.amount))
            if discount.state is DiscountState.GRANTED
            else _("Above your limit: sent to the head for approval")
        )
        toast = replies.Toast(told, undo=f"/discounts/{discount.id}/withdrawal")
        return replies.done(request, to=f"/deals/{booking.deal_id}", toast=toast)


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    *,
    now: datetime,
    no: Invalid | Stale | None = None,
) -> Response[str]:
    decided = request.query_params.get("state") == "decided"
    project = asked.project_of(request, session, "")
    return replies.page(
        request,
        "estate/prices/discounts.html",
        status=200 if no is None else 409 if isinstance(no, Stale) else 422,
        rows=queue(session, user, decided=decided, now=now),
        decided=decided,
        limits=limits(session),
        roles={Role.MANAGER: _("Manager"), Role.HEAD: _("Head of sales")},
        typed=asked.plain,
        may_limit=may_set(user),
        may_approve=may(user, Permission.DISCOUNTS_APPROVE),
        state_word=giving.state_word,
        no=no,
        **around(session, user, project, "discounts"),
    )
