"""What surrounds every page: the sections a person may enter, the bell, the live horizon."""

from dataclasses import dataclass
from typing import Any, cast

from litestar import Request

from domain.access import Permission, Role, User, may
from domain.access.sessions import csrf_token
from domain.kernel import clock
from domain.kernel.settings import settings
from domain.kernel.text import _
from domain.notices.around import around
from web.transaction import session_of


@dataclass(frozen=True)
class Section:
    href: str
    title: str
    icon: str
    current: bool
    badge: int = 0
    trouble: bool = False


def chrome(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The context of the layout. Costs a signed-in person one short read."""
    known: Any = request.scope.get("chrome")
    if known is None:
        known = _chrome(request)
        request.scope["chrome"] = known
    return cast(dict[str, Any], known)


def _chrome(request: Request[Any, Any, Any]) -> dict[str, Any]:
    user: User | None = request.scope.get("user")
    if user is None:
        return bare(request)
    told = around(session_of(request.scope), user, now=clock.now())
    path = request.url.path
    return bare(request) | {
        "live_since": told.horizon,
        "unread": told.unread,
        "navigation": sections(user, path, trouble=told.trouble, waiting=told.waiting),
    }


def quiet(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The layout around an error: the way to the sections, and not one question to the database."""
    user: User | None = request.scope.get("user")
    return {**bare(request), "navigation": sections(user, request.url.path, trouble=False) if user else []}


def bare(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What the layout needs when there is nobody, or no database to ask."""
    token_hash: Any = request.scope.get("token_hash")
    return {
        "theme": theme(request),
        "csrf": csrf_token(settings().secret, token_hash) if token_hash else "",
        "navigation": [],
        "live_since": 0,
        "unread": 0,
        "flash": None,
        "demo": settings().demo,
    }


def sections(user: User, path: str, *, trouble: bool, waiting: int = 0) -> list[Section]:
    known = [
        ("/", _("My day"), "inbox", Permission.SIGNED_IN),
        ("/agent/stock", _("On sale"), "building-2", Permission.AGENT_WORK),
        ("/agent/clients", _("My clients"), "users", Permission.AGENT_WORK),
        ("/agent/requests", _("My requests"), "key-round", Permission.AGENT_WORK),
        ("/deals", _("Deals"), "square-kanban", Permission.DEALS_SEE),
        ("/estate", _("Chessboard"), "layout-grid", Permission.ESTATE_SEE),
        ("/approvals", _("Approvals"), "stamp", Permission.APPROVALS_SEE),
        ("/people", _("Clients"), "users", Permission.CLIENTS_SEE),
        ("/exchange", _("1C exchange"), "arrow-left-right", Permission.EXCHANGE_SEE),
    ]
    return [
        Section(
            href,
            title,
            icon,
            _inside(path, href),
            badge=waiting if href == "/approvals" else 0,
            trouble=trouble and href == "/exchange",
        )
        for href, title, icon, permission in known
        if may(user, permission) and not (href == "/" and user.role is Role.AGENT)
    ]


def theme(request: Request[Any, Any, Any]) -> str:
    chosen = request.cookies.get("theme", "system")
    return chosen if chosen in {"light", "dark"} else "system"


ESTATE = (
    "/estate", "/units", "/bookings", "/selections", "/favourites", "/reports/idle-reserve", "/agencies",
    "/drawings", "/layouts", "/floors", "/characteristics", "/prices", "/promotions", "/discounts",
    "/offers", "/payment-templates", "/mortgage-programmes", "/leads", "/publication", "/waiting", "/funnels",
)  # fmt: skip


def _inside(path: str, href: str) -> bool:
    kin = {"/people": ("/people", "/companies"), "/estate": ESTATE}
    return path == href if href == "/" else path.startswith(kin.get(href, (href,)))
