"""GET /units/42/why: the part of the panel that explains, alone, for who hovers over a unit or focuses it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User, may
from domain.estate import Unit
from domain.estate import why as explaining
from web import replies
from web.estate import cells
from web.given import Given


class Opened(NamedTuple):
    id: int
    title: str


@dataclass(frozen=True)
class Explained:
    """The explanation, and which of its deals this person may open."""

    why: explaining.Why
    deals: dict[int, str]
    """Titles by number: of those they may see."""

    @property
    def deal(self) -> Opened | None:
        """The deal that holds the unit, when this person may open it."""
        number = self.why.booking.deal_id if self.why.booking else 0
        return Opened(number, self.deals[number]) if number in self.deals else None


def explained(session: Session, user: User, found: explaining.Why | None) -> Explained | None:
    if found is None:
        return None
    numbers = {found.booking.deal_id} if found.booking else set()
    numbers |= {each.deal_id for each in found.next}
    seen = deals.titles_of(session, user, numbers) if may(user, Permission.DEALS_SEE) else {}
    return Explained(found, seen)


class WhyNotFree(Controller):
    path = "/units/{unit_id:int}/why"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """For who came by the link without scripts, a page of its own."""
        found = explaining.why(session, unit, now=now)
        context: dict[str, Any] = {"unit": unit, "explained": explained(session, user, found), "cells": cells}
        if replies.wants_fragment(request):
            return replies.region(request, "estate/panel/_why.html", **context)
        return replies.page(request, "estate/why.html", **context)
