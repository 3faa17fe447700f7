"""What the page of an offer shows, and handing out its document."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.response import File
from sqlmodel import Session

from domain import offers
from domain.access import Permission, User, may
from domain.files import path_of
from domain.kernel.errors import Missing, Refused
from domain.kernel.settings import settings
from domain.kernel.text import _
from domain.offers import links, reading, standing
from web.offers.said import WORDS

Asked = Request[Any, Any, Any]


def document(version: offers.OfferVersion) -> File:
    """To be saved or opened by itself; raises Refused while it is being made."""
    if version.document.sha256 is None:
        raise Refused(_("The PDF is being made. Repeat in a few seconds."))
    name = _("Offer %(number)s, version %(version)s", number=version.offer_id, version=version.number)
    return File(
        path_of(version.document.sha256),
        filename=f"{name}.pdf",
        media_type="application/pdf",
        content_disposition_type="attachment",
    )


def chosen(versions: list[offers.OfferVersion], asked: str) -> offers.OfferVersion:
    """The version asked for, the latest without asking; raises Missing."""
    found = [version for version in versions if not asked or str(version.number) == asked]
    if not found:
        raise Missing(_("There is no such version"))
    return found[0]


def shown(
    request: Asked, session: Session, user: User, offer: offers.Offer, version: str, *, now: datetime
) -> dict[str, Any]:
    """Everything the page of an offer shows."""
    versions = reading.versions(session, offer)
    one = chosen(versions, version)
    content = offers.Content.of(one.content)
    return {
        "offer": offer,
        "version": one,
        "versions": versions,
        "latest": versions[0].number,
        "content": content,
        "standing": standing.standing(session, content, deal_id=offer.deal_id, now=now),
        "links": [(link, _address(request, link)) for link in links.alive(session, offer, now=now)],
        "pictures": f"/offers/{offer.id}/plans",
        "may_make": may(user, Permission.OFFERS_MAKE),
        "say": WORDS,
    }


def _address(request: Asked, link: offers.OfferLink) -> str | None:
    """The whole address for the client; None when it can't be told any more."""
    token = links.token(link, secret=settings().secret)
    return f"{request.url.scheme}://{request.url.netloc}/o/{token}" if token else None
