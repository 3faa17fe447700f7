"""/o/{token}: an offer as its client sees it, without a session; what is shown is the latest version."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from litestar.response import File
from sqlmodel import Session

from domain import offers
from domain.access import Permission, User
from domain.kernel.errors import DomainError, Missing
from domain.offers import links, pictures, reading, standing
from web import replies
from web.estate.plans import picture
from web.given import Given
from web.offers.said import WORDS
from web.offers.showing import document
from web.pace import Pace, TooOften

pace = Pace(most=60, seconds=60)
CLOSED = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "no-store"}
LONGEST_TOKEN = 100


class ClientOffers(Controller):
    path = "/o/{token:str}"

    @get(sync_to_thread=True, permission=Permission.PUBLIC)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        token: FromPath[str],
    ) -> Response[str]:
        """Looking changes nothing: that somebody looked, the page itself says by `openings`."""
        try:
            link = _found(request, session, token, now=now)
        except DomainError as no:
            return _refused(request, no)
        version = reading.latest(session, link.offer_id)
        content = offers.Content.of(version.content)
        since = standing.standing(session, content, deal_id=link.offer.deal_id, now=now)
        body = replies.render(
            request, "offers/client.html", content=content, version=version, standing=since, token=token,
            pictures=f"/o/{token}/plans", say=WORDS,
        )  # fmt: skip
        return replies.html(body, headers=CLOSED)

    @get("/pdf", sync_to_thread=True, permission=Permission.PUBLIC)
    def pdf(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        token: FromPath[str],
    ) -> Response[Any] | File:
        try:
            link = _found(request, session, token, now=now)
            file = document(reading.latest(session, link.offer_id))
        except DomainError as no:
            return _refused(request, no)
        file.headers.update(CLOSED)
        return file

    @get("/plans/{sha256:str}", sync_to_thread=True, permission=Permission.PUBLIC)
    def plan(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        token: FromPath[str],
        sha256: FromPath[str],
    ) -> Response[Any]:
        """A picture of the version that is shown, by its content; no other file is within reach."""
        try:
            link = _found(request, session, token, now=now)
            shown = offers.Content.of(reading.latest(session, link.offer_id).content)
            drawing = pictures.find([shown], sha256)
        except DomainError as no:
            return _refused(request, no)
        return picture(request, drawing.small_sha256, drawing.media_type)

    @post("/openings", sync_to_thread=True, permission=Permission.PUBLIC, status_code=200)
    def opened(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        token: FromPath[str],
    ) -> Response[str]:
        """Sent by the page once somebody sees it; nobody of the house is counted."""
        try:
            link = _found(request, session, token, now=now)
        except DomainError as no:
            return _refused(request, no)
        user: User | None = request.scope.get("user")
        if user is None:
            links.open_once(session, link, now=now)
        return replies.html("", headers=CLOSED)


def _found(
    request: Request[Any, Any, Any], session: Session, token: str, *, now: datetime
) -> offers.OfferLink:
    """Raises TooOften to whom does not stop asking, Missing where the link leads nowhere."""
    pace.count(request.client.host if request.client else "-")
    return links.find(session, token[:LONGEST_TOKEN], now=now)


def _refused(request: Request[Any, Any, Any], no: DomainError) -> Response[str]:
    """In a page of its own: the one of the house tells too much of it."""
    status = 429 if isinstance(no, TooOften) else 404 if isinstance(no, Missing) else 409
    body = replies.render(request, "offers/closed.html", sentence=no.sentence)
    return replies.html(body, status=status, headers=CLOSED)
