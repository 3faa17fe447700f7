"""Opening a deal in three fields, with the client recognised while one types; and choosing an open one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromQuery
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User
from domain.deals import finding
from domain.deals.funnels import Outline, outlines
from domain.kernel.errors import DomainError, Invalid, Refused
from domain.kernel.text import _
from domain.parties import clients
from web import fields, replies
from web.deals.asked import asked, funnel_of
from web.given import Given

LONGEST_WORDS = 100


@dataclass
class Opening:
    funnel: str = ""
    client: str = ""
    phone: str = ""
    title: str = ""
    amount: str = ""


class NewDeals(Controller):
    path = "/deals"

    @get("/new", sync_to_thread=True, permission=Permission.DEALS_OPEN)
    def blank(self, request: Request[Any, Any, Any], session: Given[Session]) -> Response[str]:
        funnels, funnel = funnel_of(session, asked(request))
        return _form(request, funnels, Opening(funnel=str(funnel.id)))

    @get("/similar", sync_to_thread=True, permission=Permission.DEALS_OPEN)
    def similar(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        client: FromQuery[str] = "",
        phone: FromQuery[str] = "",
    ) -> Response[str]:
        """Whom this may be already; shown under the fields while one types."""
        name, number = fields.words(client)[:LONGEST_WORDS], fields.words(phone)[:LONGEST_WORDS]
        found = clients.similar(session, user, name=name, phone=number)
        return replies.region(request, "deals/_similar.html", found=found)

    @get("/options", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def options(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        q: FromQuery[str] = "",
    ) -> Response[str]:
        """Rows for a field where an open deal is chosen."""
        found = finding.options(session, user, fields.words(q)[:LONGEST_WORDS])
        return replies.region(request, "deals/_options.html", options=found)


def opened(
    request: Request[Any, Any, Any], session: Session, given: Opening, *, by: User, now: datetime
) -> Response[str]:
    """The answer to the form: to the new deal, or the form again with what is wrong."""
    try:
        with session.begin_nested():
            deal = _open(session, given, by=by, now=now)
    except (Invalid, Refused) as no:
        return _form(request, outlines(session), given, no=no)
    return replies.done(request, to=f"/deals/{deal.id}", toast=_("The deal is opened"))


def _open(session: Session, data: Opening, *, by: User, now: datetime) -> deals.Deal:
    """Every wrong field is told at once, not one a try."""
    wrong: dict[str, str] = {}
    amount = person = None
    title = fields.words(data.title)
    funnel = _funnel(session, data.funnel)
    if not title:
        wrong["title"] = _("What is the deal about? A few words are enough")
    try:
        amount = fields.amount(data.amount)
    except Invalid as no:
        wrong |= no.fields
    try:
        person = clients.find_or_add_person(
            session, name=fields.words(data.client), phone=fields.words(data.phone), by=by, now=now
        )
    except Invalid as no:
        wrong |= no.fields
    if wrong or person is None:
        raise Invalid(wrong)
    return deals.open_deal(session, funnel=funnel, title=title, client=person, by=by, now=now, amount=amount)


def _funnel(session: Session, text: str) -> deals.Funnel:
    number = fields.optional_number(text, "funnel")
    funnels = deals.list_funnels(session)
    chosen = next((funnel for funnel in funnels if funnel.id == number or number is None), None)
    if chosen is None:
        raise Invalid({"funnel": _("There is no such funnel")})
    return chosen


def _form(
    request: Request[Any, Any, Any],
    funnels: list[Outline],
    given: Opening,
    *,
    no: DomainError | None = None,
) -> Response[str]:
    """The form with what was typed and why it is not enough; a dialog for htmx, else a page."""
    wrong = no.fields if isinstance(no, Invalid) else {}
    refusal = no if isinstance(no, Refused) else None
    status = 422 if wrong else 409 if refusal else 200
    context = {"funnels": funnels, "given": given, "wrong": wrong, "refusal": refusal}
    if replies.wants_fragment(request):
        return replies.region(request, "deals/_opening.html", plain=False, status=status, **context)
    return replies.page(request, "deals/opening.html", plain=True, status=status, **context)
