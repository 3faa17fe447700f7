"""/my/theme and /my/language: how the site looks and speaks to me."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User, users
from domain.kernel.text import LANGUAGES
from web import replies
from web.addresses import local
from web.given import Given

YEAR_SECONDS = 31_536_000


@dataclass
class Theme:
    theme: str = "system"


@dataclass
class Language:
    language: str = "ru"


@post("/my/theme", sync_to_thread=False, permission=Permission.SIGNED_IN)
def choose_theme(request: Request[Any, Any, Any], data: URLEncodedBody[Theme]) -> Response[str]:
    """Kept in a cookie: the server draws the page in the right colours at once."""
    answer = replies.done(request, to=back(request))
    theme = data.theme if data.theme in {"light", "dark"} else "system"
    answer.set_cookie(Cookie(key="theme", value=theme, max_age=YEAR_SECONDS, path="/", samesite="lax"))
    return answer


@post("/my/language", sync_to_thread=True, permission=Permission.SIGNED_IN)
def choose_language(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[Language],
    session: Given[Session],
    user: Given[User],
) -> Response[str]:
    if data.language in LANGUAGES:
        users.speak(session, user, data.language)
    return replies.done(request, to=back(request))


def back(request: Request[Any, Any, Any]) -> str:
    """Where the person was, if that is our own page."""
    referer = request.headers.get("referer", "")
    _, _, rest = referer.partition("://")
    host, slash, path = rest.partition("/")
    return local(slash + path) if host == request.headers.get("host") else "/"
