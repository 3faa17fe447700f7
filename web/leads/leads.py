"""GET /leads: requests of one's own and those that wait; taking one, making a deal, putting aside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain import leads
from domain.access import Permission, User
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.leads import LeadState
from domain.leads.reading import OPEN
from web import replies
from web.estate.tabs import tabs
from web.given import Given

STATES: dict[str, tuple[LeadState, ...]] = {
    "open": OPEN,
    "deals": (LeadState.DEAL,),
    "junk": (LeadState.JUNK,),
}


@dataclass
class Reason:
    reason: str = ""


class Leads(Controller):
    path = "/leads"

    @get(sync_to_thread=True, permission=Permission.LEADS_SEE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        """The page, or its list for htmx."""
        context = _context(request, session, user)
        if replies.wants_fragment(request):
            return replies.region(request, "leads/_list.html", **context)
        return replies.page(request, "leads/index.html", tabs=tabs(user, "/leads"), **context)

    @post(
        "/{lead_id:int}/taking",
        sync_to_thread=True,
        permission=Permission.LEADS_SEE,
        status_code=200,
    )
    def take(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        lead_id: FromPath[int],
    ) -> Response[str]:
        leads.take(session, leads.get_lead(session, user, lead_id), by=user, now=now)
        return _done(request, session, user, _("The request is yours"))

    @post(
        "/{lead_id:int}/deal",
        sync_to_thread=True,
        permission=Permission.LEADS_SEE,
        status_code=200,
    )
    def deal(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        lead_id: FromPath[int],
    ) -> Response[str]:
        """The deal's card; or whose client it is, and that they have the request now."""
        outcome = leads.make_deal(session, leads.get_lead(session, user, lead_id), by=user, now=now)
        if outcome.deal is None:
            who = outcome.handed_to.name if outcome.handed_to else ""
            return _done(request, session, user, _("A client of %(who)s: the request went there", who=who))
        return replies.done(request, to=f"/deals/{outcome.deal.id}", toast=_("The deal is opened"))

    @post(
        "/{lead_id:int}/junk",
        sync_to_thread=True,
        permission=Permission.LEADS_SEE,
        status_code=200,
    )
    def junk(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        lead_id: FromPath[int],
        data: URLEncodedBody[Reason],
    ) -> Response[str]:
        try:
            leads.junk(session, leads.get_lead(session, user, lead_id), reason=data.reason, by=user, now=now)
        except Invalid as no:
            if not replies.wants_fragment(request):
                raise
            context = _context(request, session, user)
            return replies.region(
                request, "leads/_list.html", status=422, at=lead_id, fields=no.fields, **context
            )
        return _done(request, session, user, _("The request is put aside"))


def _done(request: Request[Any, Any, Any], session: Session, user: User, told: str) -> Response[str]:
    session.flush()
    body = ""
    if replies.wants_fragment(request):
        body = replies.render(request, "leads/_list.html", **_context(request, session, user))
    return replies.done(request, to="/leads", body=body, toast=told)


def _context(request: Request[Any, Any, Any], session: Session, user: User) -> dict[str, Any]:
    """A deed answers with the list that is on the screen: its address is what htmx says it is."""
    query = request.query_params
    state = query.get("state", "open")
    state = state if state in STATES else "open"
    unit, after = _number(query.get("unit")), _number(query.get("after"))
    found = leads.list_leads(session, user, states=STATES[state], after=after, unit_id=unit or None)
    unit_words = f"&unit={unit}" if unit else ""
    return {
        "found": found,
        "state": state,
        "unit": unit,
        "here": f"/leads?state={state}{unit_words}" + (f"&after={after}" if after else ""),
        "further": f"/leads?state={state}{unit_words}&after={found.more}" if found.more else "",
        "LeadState": LeadState,
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
