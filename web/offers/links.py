"""/offers/{offer_id}/links: an address for the client is made and taken back."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import FromPath
from sqlmodel import Session

from domain import offers
from domain.access import Permission, User
from domain.kernel.settings import settings
from domain.kernel.text import _
from domain.offers import links
from web import replies
from web.given import Given
from web.offers.showing import shown


class OfferLinks(Controller):
    path = "/offers/{offer_id:int}/links"

    @post(sync_to_thread=True, permission=Permission.OFFERS_MAKE, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        offer_id: FromPath[int],
    ) -> Response[str]:
        offer = offers.get_offer(session, user, offer_id)
        links.issue(session, offer, secret=settings().secret, by=user, now=now)
        return _done(request, session, user, offer, _("The link is made: copy it and send it"), now=now)

    @post(
        "/{link_id:int}/revocation", sync_to_thread=True, permission=Permission.OFFERS_MAKE, status_code=200
    )
    def revoke(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        offer_id: FromPath[int],
        link_id: FromPath[int],
    ) -> Response[str]:
        offer = offers.get_offer(session, user, offer_id)
        links.revoke(session, links.get_link(session, offer, link_id), by=user, now=now)
        told = _("The link is revoked: it opens nothing any more")
        return _done(request, session, user, offer, told, now=now)


def _done(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    offer: offers.Offer,
    told: str,
    *,
    now: datetime,
) -> Response[str]:
    session.flush()
    body = ""
    if replies.wants_fragment(request):
        context = shown(request, session, user, offer, "", now=now)
        body = replies.render(request, "offers/_offer.html", **context)
    return replies.done(request, to=f"/offers/{offer.id}", body=body, toast=told)
