"""/offers: the list, putting an offer together, its page with versions, and its PDF."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import File
from sqlmodel import Session

from domain import deals, estate, offers
from domain.access import Permission, User
from domain.kernel.errors import Invalid, Missing, Refused
from domain.kernel.text import _
from domain.offers import pictures, programmes, reading, templates
from web import replies
from web.estate.drawn import pictured
from web.estate.plans import picture
from web.estate.tabs import tabs
from web.estate.wanted import deal_for
from web.given import Given
from web.offers.composing import Composing, after, blank, counted
from web.offers.deeds import changed
from web.offers.fields import ids, words
from web.offers.said import WORDS
from web.offers.showing import chosen, document, shown

LONGEST_WORDS = 100
Asked = Request[Any, Any, Any]


class Offers(Controller):
    path = "/offers"

    @get(sync_to_thread=True, permission=Permission.DEALS_SEE)
    def index(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        q: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Response[str]:
        sought = words(q, LONGEST_WORDS)
        found = reading.list_offers(session, user, q=sought, after=next(iter(ids(after)), 0))
        return replies.page(
            request, "offers/list.html", found=found, q=sought, tabs=tabs(user, "/offers"), say=WORDS
        )  # fmt: skip

    @get("/new", sync_to_thread=True, permission=Permission.OFFERS_MAKE)
    def new(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        units: FromQuery[str] = "",
    ) -> Response[str]:
        """For these units and, when it is known, this deal."""
        known = next(iter(ids(request.query_params.get("deal", ""))), 0)
        found = deals.get_visible(session, user, known) if known else None
        given = blank(units, str(found.id) if found else "", seller=user, session=session, now=now)
        return composer(request, session, user, given, now=now)

    @post("/draft", sync_to_thread=True, permission=Permission.OFFERS_MAKE, status_code=200)
    def draft(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Composing],
    ) -> Response[str]:
        """The form counted again, and changed by the button that was pressed; nothing is kept."""
        asked = next(iter(ids(data.offer_id)), 0)
        offer = offers.get_offer(session, user, asked) if asked else None
        return composer(request, session, user, data, offer=offer, now=now)

    @post(sync_to_thread=True, permission=Permission.OFFERS_MAKE, status_code=200)
    def create(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Composing],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                version = _make(session, data, by=user, now=now)
        except (Invalid, Refused) as no:
            return composer(request, session, user, data, now=now, no=no)
        return replies.done(request, to=f"/offers/{version.offer_id}", toast=_("The offer is made"))

    @get("/{offer_id:int}", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def show(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        offer_id: FromPath[int],
        version: FromQuery[str] = "",
    ) -> Response[str]:
        offer = offers.get_offer(session, user, offer_id)
        context = shown(request, session, user, offer, version, now=now)
        if replies.wants_fragment(request):
            return replies.region(request, "offers/_offer.html", **context)
        return replies.page(request, "offers/show.html", **context)

    @get("/{offer_id:int}/versions/new", sync_to_thread=True, permission=Permission.OFFERS_MAKE)
    def next_version(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        offer_id: FromPath[int],
    ) -> Response[str]:
        offer = offers.get_offer(session, user, offer_id)
        latest = reading.latest(session, offer.id)
        given = after(offer, latest.number, offers.Content.of(latest.content), now=now)
        return composer(request, session, user, given, offer=offer, now=now)

    @post("/{offer_id:int}/versions", sync_to_thread=True, permission=Permission.OFFERS_MAKE, status_code=200)
    def revise(
        self,
        *,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        offer_id: FromPath[int],
        data: URLEncodedBody[Composing],
    ) -> Response[str]:
        offer = offers.get_offer(session, user, offer_id)
        data.offer_id, data.deal_id = str(offer.id), str(offer.deal_id)
        try:
            with session.begin_nested():
                made = counted(session, data, offer.deal, seller=offer.deal.responsible.name, now=now)
                seen = next(iter(ids(data.shown)), 0)
                version = offers.revise(session, offer, made.content, shown=seen, by=user, now=now)
        except (Invalid, Refused) as no:
            return composer(request, session, user, data, offer=offer, now=now, no=no)
        told = _("Version %(number)s is made", number=version.number)
        return replies.done(request, to=f"/offers/{offer.id}", toast=told)

    @get("/{offer_id:int}/pdf", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def pdf(
        self,
        session: Given[Session],
        user: Given[User],
        offer_id: FromPath[int],
        version: FromQuery[str] = "",
    ) -> File:
        offer = offers.get_offer(session, user, offer_id)
        return document(chosen(reading.versions(session, offer), version))

    @get("/{offer_id:int}/plans/{sha256:str}", sync_to_thread=True, permission=Permission.DEALS_SEE)
    def plan(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        offer_id: FromPath[int],
        sha256: FromPath[str],
    ) -> Response[Any]:
        """A picture of any of its versions, by its content."""
        versions = reading.versions(session, offers.get_offer(session, user, offer_id))
        drawing = pictures.find((offers.Content.of(version.content) for version in versions), sha256)
        return picture(request, drawing.small_sha256, drawing.media_type)


def _make(session: Session, data: Composing, *, by: User, now: datetime) -> offers.OfferVersion:
    """Every wrong field is told at once, the deal's too."""
    numbers = ids(data.units.split(","))
    units = [estate.get_unit(session, by, number) for number in numbers]
    wrong: dict[str, str] = {}
    deal = None
    try:
        deal = deal_for(session, data, units, by=by, now=now) if units else None
    except Invalid as no:
        wrong = no.fields
    made = counted(session, data, deal, seller=deal.responsible.name if deal else by.name, now=now)
    if deal is None or wrong or made.wrong:
        raise Invalid(made.wrong | wrong)
    return offers.make(session, deal, made.content, by=by, now=now)


def composer(
    request: Asked,
    session: Session,
    user: User,
    given: Composing,
    *,
    now: datetime,
    offer: offers.Offer | None = None,
    no: Exception | None = None,
) -> Response[str]:
    """The form with what it comes to; a region for htmx, else the page."""
    deal = offer.deal if offer else _deal(session, user, given)
    seller = deal.responsible.name if deal else user.name
    made = counted(session, given, deal, seller=seller, now=now)
    if given.deed:
        given = changed(session, given, made, now=now)
        made = counted(session, given, deal, seller=seller, now=now)
    wrong = no.fields if isinstance(no, Invalid) else {}
    context = {
        "given": given,
        "made": made,
        "fields": made.wrong | wrong,
        "refusal": no if isinstance(no, Refused) else None,
        "tried": no is not None,
        "offer": offer,
        "deal": deal,
        "templates": templates.listed(session),
        "programmes": programmes.listed(session),
        "chosen": {"templates": ids(given.template), "programmes": ids(given.programme)},
        "say": WORDS,
    }
    status = 409 if context["refusal"] else 422 if no else 200
    whole = not replies.wants_fragment(request)
    if no is None and not whole and request.headers.get("hx-target", "").endswith("offer-sums"):
        return replies.region(request, "offers/_sums.html", status=status, **context)
    seen = ((unit, pictured(session, session.get_one(estate.Unit, unit.unit_id))) for unit in made.units)
    context["drawings"] = [(unit, drawn) for unit, drawn in seen if drawn.plan_id or drawn.place]
    if whole:
        return replies.page(request, "offers/compose.html", status=status, **context)
    return replies.region(request, "offers/_composer.html", status=status, **context)


def _deal(session: Session, user: User, given: Composing) -> deals.Deal | None:
    """The deal chosen in the form; somebody else's is as good as none."""
    number = next(iter(ids(given.deal_id)), 0)
    if not number or given.new:
        return None
    try:
        return deals.get_visible(session, user, number)
    except Missing:
        return None
