"""/deals/{deal_id}: the deal's card, its parts that look again by themselves, and editing with a version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from sqlmodel import Session

from domain import deals, offers
from domain.access import Permission, User, colleagues, may
from domain.deals import card
from domain.deals.timeline import PAGE, timeline
from domain.files.examining import ACCEPTED
from domain.kernel.errors import DomainError, Invalid, Stale
from domain.kernel.text import _
from web import fields, replies
from web.estate import cells
from web.given import Given


@dataclass
class Edited:
    version: str = ""
    title: str = ""
    amount: str = ""
    responsible_id: str = ""


class Cards(Controller):
    path = "/deals/{deal_id:int}"

    @get(sync_to_thread=True, permission=Permission.DEALS_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
    ) -> Response[str]:
        if replies.wants_fragment(request):
            return replies.html(regions(request, session, user, deal, now=now))
        shown, offered = card.card(session, deal, now=now), offers.of_deal(session, deal.id)
        return replies.page(
            request, "deals/show.html", card=shown, offered=offered, **around(user, aside=False)
        )

    @get("/history", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def history(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        deal: Given[deals.Deal],
        before: FromQuery[str] = "",
    ) -> Response[str]:
        """All that happened to the deal, a page at a time."""
        further = fields.optional_number(before, "before")
        told = timeline(session, deal.id, now=now, most=PAGE, before=further)
        return replies.page(request, "deals/history.html", deal=deal, told=told, further=further)

    @get("/edit", sync_to_thread=True, permission=Permission.DEALS_EDIT)
    def form(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        deal: Given[deals.Deal],
    ) -> Response[str]:
        amount = "" if deal.amount is None else f"{deal.amount.normalize():f}"
        given = Edited(str(deal.version), deal.title, amount, str(deal.responsible_id))
        return _form(request, session, user, deal, given)

    @post(sync_to_thread=True, permission=Permission.DEALS_EDIT, status_code=200)
    def edit(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        deal: Given[deals.Deal],
        data: URLEncodedBody[Edited],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                _save(session, deal, data, by=user, now=now)
        except (Invalid, Stale) as no:
            session.refresh(deal)
            return _form(request, session, user, deal, data, no=no)
        body = regions(request, session, user, deal, now=now)
        return replies.done(request, to=f"/deals/{deal.id}", body=body, toast=_("Saved"))


def regions(
    request: Request[Any, Any, Any], session: Session, user: User, deal: deals.Deal, *, now: datetime
) -> str:
    """Every part of the card's page that a deed may change, each swapped by its own id."""
    session.flush()
    shown, offered = card.card(session, deal, now=now), offers.of_deal(session, deal.id)
    return replies.render(
        request, "deals/_regions.html", card=shown, offered=offered, **around(user, aside=True)
    )


def around(user: User, *, aside: bool) -> dict[str, Any]:
    """What the parts of the card ask for besides the card."""
    return {
        "accepted": ",".join(ACCEPTED),
        "aside": aside,
        "cells": cells,
        "may_edit": may(user, Permission.DEALS_EDIT),
        "may_move": may(user, Permission.DEALS_MOVE),
        "may_book": may(user, Permission.ESTATE_BOOK),
        "may_ask": may(user, Permission.APPROVALS_SEE),
        "may_sign": may(user, Permission.ESTATE_CONTRACT),
        "may_offer": may(user, Permission.OFFERS_MAKE),
    }


def _save(session: Session, deal: deals.Deal, data: Edited, *, by: User, now: datetime) -> None:
    title = fields.words(data.title)
    if len(title) > deals.LONGEST_TITLE:
        raise Invalid({"title": _("The title is longer than %(most)s characters", most=deals.LONGEST_TITLE)})
    deals.edit(
        session,
        deal,
        version=fields.number(data.version, "version"),
        title=title,
        amount=fields.amount(data.amount),
        responsible_id=fields.optional_number(data.responsible_id, "responsible_id") or deal.responsible_id,
        by=by,
        now=now,
    )


def _form(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    deal: deals.Deal,
    given: Edited,
    *,
    no: DomainError | None = None,
) -> Response[str]:
    """After a stale save the form keeps what was typed and carries the present version: both are shown."""
    stale = no if isinstance(no, Stale) else None
    wrong = no.fields if isinstance(no, Invalid) else {}
    context = {
        "deal": deal,
        "given": given,
        "version": deal.version if stale else given.version,
        "people": colleagues(session, user),
        "wrong": wrong,
        "stale": stale,
    }
    status = 409 if stale else 422 if wrong else 200
    if replies.wants_fragment(request):
        return replies.region(request, "deals/_editing.html", plain=False, status=status, **context)
    return replies.page(request, "deals/editing.html", plain=True, status=status, **context)
