"""Sites that may show the flats, the consent on their forms, and the feeds with their doctor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.leads import consents
from domain.publishing import overview, sites
from domain.publishing.feeds import doctor, fetching
from domain.publishing.models import FeedFormat
from web import replies
from web.estate.tabs import tabs
from web.given import Given

TITLES: dict[FeedFormat, Callable[[], str]] = {
    FeedFormat.YANDEX: lambda: _("Yandex Realty"),
    FeedFormat.AVITO: lambda: _("Avito"),
    FeedFormat.CIAN: lambda: _("CIAN"),
    FeedFormat.DOMCLICK: lambda: _("DomClick"),
}


@dataclass
class Site:
    origin: str = ""


@dataclass
class Wording:
    text: str = ""
    policy_url: str = ""


@dataclass
class Switch:
    enabled: str = ""
    secret: str = ""


class Outside(Controller):
    path = "/publication"

    @get("/sites", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return _page(request, session, user, now=now)

    @post("/sites", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE, status_code=200)
    def allow(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Site],
    ) -> Response[str]:
        try:
            origin = sites.allow(session, origin=data.origin, by=user, now=now)
        except Invalid as no:
            return _page(request, session, user, now=now, site=data, status=422, fields=no.fields)
        told = _("Pages of %(site)s may show the flats", site=origin)
        return replies.done(request, to="/publication/sites", toast=told)

    @post(
        "/sites/{site_id:int}/removal",
        sync_to_thread=True,
        permission=Permission.PUBLICATION_MANAGE,
        status_code=200,
    )
    def forbid(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        site_id: FromPath[int],
    ) -> Response[str]:
        origin = sites.forbid(session, site_id, by=user)
        told = _("Pages of %(site)s get nothing any more", site=origin)
        return replies.done(request, to="/publication/sites", toast=told)

    @post("/consent", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE, status_code=200)
    def word(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Wording],
    ) -> Response[str]:
        try:
            consents.word(session, text=data.text, policy_url=data.policy_url, by=user, now=now)
        except Invalid as no:
            return _page(request, session, user, now=now, wording=data, status=422, fields=no.fields)
        told = _("The text of the consent is saved; requests name its version")
        return replies.done(request, to="/publication/sites", toast=told)


@get("/publication/feeds", sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
def feeds(request: Request[Any, Any, Any], session: Given[Session], user: Given[User]) -> Response[str]:
    return replies.page(
        request,
        "publication/feeds.html",
        formats=[(format_, title()) for format_, title in TITLES.items()],
        feeds=fetching.every(session),
        fetched=fetching.last_of_each(session),
        tabs=tabs(user, "/publication"),
        part="feeds",
    )


class FeedScreen(Controller):
    """GET /publication/feeds/yandex: the doctor's page of one portal, and its switch."""

    format: FeedFormat

    @get(sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], now: Given[datetime]
    ) -> Response[str]:
        """What the doctor says of every flat, and who fetched the file lately."""
        return replies.page(
            request,
            "publication/feed.html",
            format=self.format,
            title=TITLES[self.format](),
            feed=fetching.every(session).get(self.format),
            address=_address(request, session, self.format),
            report=doctor.diagnose(session, self.format, now=now),
            fetches=fetching.latest(session, self.format),
            most=doctor.MOST_LISTED,
        )

    @post(sync_to_thread=True, permission=Permission.PUBLICATION_MANAGE, status_code=200)
    def switch(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Switch],
    ) -> Response[str]:
        feed = fetching.switch(
            session, self.format, enabled=bool(data.enabled), secret=bool(data.secret), by=user, now=now
        )
        told = _("The feed is open at its address") if feed.enabled else _("The feed is closed")
        return replies.done(request, to=f"/publication/feeds/{self.format}", toast=told)


def _of_portal(format_: FeedFormat) -> type[FeedScreen]:
    named = {"format": format_, "path": f"/publication/feeds/{format_}", "__module__": __name__}
    return type(f"{format_.name.title()}Feed", (FeedScreen,), named)


feed_screens: list[Any] = [feeds, *map(_of_portal, FeedFormat)]


def _address(request: Request[Any, Any, Any], session: Session, format_: FeedFormat) -> str:
    """As the portal is told it."""
    feed = fetching.every(session).get(format_)
    token = f"?token={feed.token}" if feed and feed.token else ""
    return f"{_here(request)}/public/feeds/{format_}.xml{token}"


def _here(request: Request[Any, Any, Any]) -> str:
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    *,
    now: datetime,
    site: Site | None = None,
    wording: Wording | None = None,
    status: int = 200,
    fields: dict[str, str] | None = None,
) -> Response[str]:
    current = consents.current(session)
    shown = wording or (Wording(current.text, current.policy_url) if current else Wording())
    return replies.page(
        request,
        "publication/sites.html",
        status=status,
        sites=sites.every(session),
        projects=[line for line in overview.projects(session, now=now) if line.published],
        here=_here(request),
        site=site or Site(),
        wording=shown,
        current=current,
        fields=fields or {},
        tabs=tabs(user, "/publication"),
        part="sites",
    )
