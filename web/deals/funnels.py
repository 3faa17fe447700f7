"""GET /funnels: how deals follow their bookings, funnel by funnel; edited by a head or the administrator."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User
from domain.deals import Funnel, Stage, StageKind, funnels, rules
from domain.kernel.errors import DomainError, Invalid, Stale
from domain.kernel.text import _
from web import replies
from web.estate.tabs import tabs
from web.given import Given


@dataclass
class Edited:
    version: str = ""
    name: str = ""
    stage_id: str = ""
    steps_back: str = ""
    calls_back: str = ""


@dataclass(frozen=True)
class Card:
    """A funnel, its form as it is or as it was typed, and what was wrong with it."""

    funnel: Funnel
    stages: list[Stage]
    booked: Stage | None
    wants: list[str]
    """What the stage of booked deals asks of a deal, in words."""
    given: Edited
    no: DomainError | None = None

    @property
    def wrong(self) -> str:
        """What is wrong with the name: the one field that is typed."""
        return self.no.fields["name"] if isinstance(self.no, Invalid) else ""

    @property
    def stale(self) -> Stale | None:
        return self.no if isinstance(self.no, Stale) else None


class Funnels(Controller):
    path = "/funnels"

    @get(sync_to_thread=True, permission=Permission.BOOKING_RULES)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        return replies.page(request, "deals/funnels.html", cards=_cards(session), tabs=tabs(user, "/funnels"))

    @post("/{funnel_id:int}", sync_to_thread=True, permission=Permission.BOOKING_RULES, status_code=200)
    def edit(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        funnel_id: FromPath[int],
    ) -> Response[str]:
        funnel = funnels.get_funnel(session, funnel_id)
        try:
            with session.begin_nested():
                funnels.edit(
                    session,
                    funnel,
                    version=_number(data.version),
                    name=data.name.strip(),
                    stage=deals.get_stage(session, _number(data.stage_id)) if data.stage_id else None,
                    steps_back=data.steps_back == "1",
                    calls_back=data.calls_back == "1",
                    by=user,
                )
        except (Invalid, Stale) as no:
            session.expire_all()
            return self._again(request, session, user, _card(session, funnel, given=data, no=no))
        body = replies.render(request, "deals/_funnels.html", cards=_cards(session))
        return replies.done(request, to="/funnels", body=body, toast=_("The funnel is saved"))

    def _again(
        self, request: Request[Any, Any, Any], session: Session, user: User, typed: Card
    ) -> Response[str]:
        """The page with the form as it was typed; over another's save it carries the present version."""
        cards = [typed if card.funnel.id == typed.funnel.id else card for card in _cards(session)]
        status = 409 if typed.stale else 422
        if replies.wants_fragment(request):
            return replies.region(request, "deals/_funnels.html", status=status, cards=cards)
        return replies.page(
            request, "deals/funnels.html", status=status, cards=cards, tabs=tabs(user, "/funnels")
        )


def _cards(session: Session) -> list[Card]:
    return [_card(session, funnel) for funnel in deals.list_funnels(session)]


def _card(
    session: Session, funnel: Funnel, *, given: Edited | None = None, no: DomainError | None = None
) -> Card:
    stages = [stage for stage in deals.stages_of(session, funnel.id) if stage.kind is StageKind.OPEN]
    booked = next((stage for stage in stages if stage.on_booking), None)
    known = rules.known()
    wants = [known[name].title() for name in booked.rules if name in known] if booked else []
    return Card(funnel, stages, booked, wants, given or _as_is(funnel, booked), no)


def _as_is(funnel: Funnel, booked: Stage | None) -> Edited:
    return Edited(
        str(funnel.version),
        funnel.name,
        str(booked.id) if booked else "",
        "1" if funnel.steps_back else "",
        "1" if funnel.calls_back else "",
    )


def _number(text: str) -> int:
    """Zero for what is no number: no version and no stage is called so."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
