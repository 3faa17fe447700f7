"""/favourites: the units a person keeps an eye on; /units/42/favourite: the star that puts them there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Unit
from domain.estate.selecting import favourites as starring
from domain.estate.selecting.reading import SelectionLine, selections
from domain.kernel.text import _
from web import replies
from web.estate import cells
from web.estate.numbers import back
from web.estate.tabs import tabs
from web.given import Given


@dataclass(frozen=True)
class Picks:
    """The person's own around a unit: the star, and the selections it may be put into."""

    starred: bool
    selections: list[SelectionLine]


def picks(session: Session, user: User, unit: Unit) -> Picks:
    by_hand = [line for line in selections(session, user) if line.building_id is None]
    return Picks(starring.is_starred(session, unit, user), by_hand)


class Favourites(Controller):
    path = "/favourites"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        rows = starring.favourites(session, user, now=now)
        return replies.page(
            request, "estate/favourites.html", rows=rows, cells=cells, tabs=tabs(user, "/selections")
        )


class UnitStar(Controller):
    path = "/units/{unit_id:int}/favourite"

    @post(sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def add(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        starring.star(session, unit, by=user, now=now)
        return _done(request, unit, True, _("№ %(number)s is among your favourites", number=unit.number))

    @post("/removal", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def remove(
        self, request: Request[Any, Any, Any], unit: Given[Unit], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        starring.unstar(session, unit, by=user)
        told = _("№ %(number)s is no longer among your favourites", number=unit.number)
        return _done(request, unit, False, told)


def _done(request: Request[Any, Any, Any], unit: Unit, starred: bool, told: str) -> Response[str]:
    """The star as it is now; the toast leads back."""
    way = f"/units/{unit.id}/favourite{'/removal' if starred else ''}"
    body = replies.render(request, "estate/panel/_star.html", unit=unit, starred=starred)
    toast = replies.Toast(told, undo=way)
    changed = {"karkas:starred": {"unit": unit.id, "starred": starred}}
    return replies.done(
        request, to=back(request, f"/units/{unit.id}"), body=body, toast=toast, triggers=changed
    )
