"""The door: who is asking, whether the route is theirs, whether the form is ours.

Default deny: a route that declares no permission is closed, and the application refuses to start with one.
"""

import hmac
from collections.abc import Iterable
from typing import Any

from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from domain.access import Permission, User, may
from domain.access.sessions import SignedIn, csrf_token, resume
from domain.kernel import clock
from domain.kernel.errors import Forbidden
from domain.kernel.settings import settings
from domain.kernel.text import _, speak
from domain.publishing import sites
from jobs.work import glance, look
from web import addresses

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_TO_MACHINES = frozenset({Permission.ONEC_SITE})
"""Permissions proven by the handler itself (HTTP Basic), where cookies and so CSRF play no part."""


def cookie_name(scheme: str) -> str:
    """`__Host-` forbids tossing from a sibling host, but browsers accept it over https only."""
    return "__Host-karkas" if scheme == "https" else "karkas"


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let the request in or raise: 401 for nobody, 403 for the wrong role, a stale or foreign form."""
    permission = handler.opt.get("permission")
    if not isinstance(permission, Permission):
        raise Forbidden(_("This address is closed"))
    if permission in OPEN_TO_MACHINES or handler.opt.get("from_listed_sites"):
        await admit_without_cookies(connection, handler)
        return
    signed_in = await who(connection)
    user: User | None = signed_in.user if signed_in else None
    connection.scope["user"] = user
    connection.scope["token_hash"] = signed_in.token_hash if signed_in else None
    if user:
        speak(user.locale)
    if connection.scope["method"] not in SAFE_METHODS:
        demand_own_origin(connection)
        if permission is not Permission.PUBLIC:
            await demand_own_token(connection, signed_in)
    if user is None and permission is not Permission.PUBLIC:
        raise NotAuthorizedException
    if not may(user, permission):
        raise Forbidden(_("Your role does not allow this. Ask your head or the administrator."))


async def admit_without_cookies(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """For machines and for pages of other sites: whoever is signed in in this browser is nobody here."""
    connection.scope["user"] = None
    if handler.opt.get("from_listed_sites"):
        await demand_listed_origin(connection)


async def who(connection: ASGIConnection[Any, Any, Any, Any]) -> SignedIn | None:
    token = connection.cookies.get(cookie_name(connection.scope["scheme"]), "")
    return await sync_to_thread(_resume, token) if token else None


def _resume(token: str) -> SignedIn | None:
    with look() as connection:
        return resume(connection, token, now=clock.now())


def demand_own_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """CSRF, first wall: the browser must say the request comes from us.

    At sign-in it is the only one: there is no session yet to bind a token to.
    """
    if not same_origin(connection):
        raise Forbidden(_("The request came from another site"))


async def demand_listed_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """CSRF of the public widget: from our own pages or from a site in the list, as the browser says.

    Nothing is done here in anybody's name, so there is nothing to forge but a request of a stranger; a page
    of a site that is not in the list may not send even that.
    """
    origin = connection.headers.get("origin", "")
    if origin and (same_origin(connection) or await sync_to_thread(_is_listed, origin)):
        return
    raise Forbidden(_("The site %(site)s is not allowed to send requests", site=origin or _("unknown")))


def _is_listed(origin: str) -> bool:
    with glance() as session:
        return sites.is_allowed(session, origin)


async def demand_own_token(
    connection: ASGIConnection[Any, Any, Any, Any], signed_in: SignedIn | None
) -> None:
    """CSRF, second wall: the session's own token, in the header or the hidden field."""
    if signed_in is None:
        return
    token = connection.headers.get("x-csrftoken") or await _token_field(connection)
    expected = csrf_token(settings().secret, signed_in.token_hash)
    if not hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode()):
        raise Forbidden(
            _("The page is out of date. Reload it and repeat: what you typed is still in the form.")
        )


def same_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """By Sec-Fetch-Site, else by Origin; clients that send neither are not browsers with cookies to steal."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    own = connection.headers.get("host", "")
    return addresses.parts(origin).netloc == own or origin in settings().trusted_origins


async def _token_field(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    kind = connection.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    form = await Request(connection.scope, receive=connection.receive, send=connection.send).form()
    token = form.get("_csrf_token")
    return token if isinstance(token, str) else ""


def routes_without_permission(app: Litestar) -> list[str]:
    """Addresses nobody declared a permission for. OPTIONS added by the framework stays closed by default."""
    return [f"{method} {route.path}" for route, method, handler in handlers_of(app) if not _declared(handler)]


def handlers_of(app: Litestar) -> Iterable[tuple[HTTPRoute, str, BaseRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, found in route.route_handler_map.items():
                handler = found[0] if isinstance(found, tuple) else found
                if method != "OPTIONS":
                    yield route, str(method), handler


def _declared(handler: BaseRouteHandler) -> bool:
    return isinstance(handler.opt.get("permission"), Permission)
