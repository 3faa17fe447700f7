"""/units/42/presence: who else has the unit open, and one's own word of it; what a board marks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Building, Unit, showing
from domain.kernel.errors import Missing
from domain.kernel.text import _
from web import replies
from web.estate.numbers import back
from web.given import Given


@dataclass(frozen=True)
class Present:
    others: list[showing.Watcher]
    mine: bool
    """Whether this person is showing it to a client."""


@dataclass
class Beat:
    client: str = ""
    """1 or 0; nothing leaves it as it was."""


def present(session: Session, user: User, unit: Unit, *, now: datetime) -> Present:
    return Present(*showing.present(session, unit, user, now=now))


class Presence(Controller):
    path = "/units/{unit_id:int}/presence"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return _region(request, session, user, unit, now=now)

    @post(sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def arrive(
        self,
        request: Request[Any, Any, Any],
        unit: Given[Unit],
        data: URLEncodedBody[Beat],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        told = {"1": True, "0": False}.get(data.client)
        showing.arrive(session, unit, to_client=told, by=user, now=now)
        if not replies.wants_fragment(request):
            return replies.done(request, to=back(request, f"/units/{unit.id}"))
        return _region(request, session, user, unit, now=now)

    @post("/end", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def leave(
        self, request: Request[Any, Any, Any], unit: Given[Unit], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        """Sent by the page as it goes; one that could not is forgotten by itself."""
        showing.leave(session, unit, by=user)
        return replies.html("")


def _region(
    request: Request[Any, Any, Any], session: Session, user: User, unit: Unit, *, now: datetime
) -> Response[str]:
    there = present(session, user, unit, now=now)
    return replies.region(request, "estate/panel/_presence.html", unit=unit, present=there)


class BuildingPresence(Controller):
    """What a board knows of it, beside the sheet that is the same for everyone."""

    path = "/buildings/{building_id:int}/presence"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        building_id: FromPath[int],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        building = session.get(Building, building_id) if 0 < building_id < 2**63 else None
        if building is None:
            raise Missing(_("There is no such building"))
        shown = showing.shown_in(session, building.id, user, now=now)
        return replies.region(request, "estate/_shown.html", building=building, being_shown=shown)
