"""The web server before 1C: who may come in, and the troubles met before any data is touched."""

import base64
import binascii
import hmac
import logging
from dataclasses import dataclass

from jobs.onec_demo import errors, odata
from jobs.onec_demo.base import Base
from jobs.onec_demo.errors import ODataError
from jobs.onec_demo.wire import Answer, Request

log = logging.getLogger(__name__)

HTML = "text/html;charset=utf-8"
LONGEST_SEGMENT = 260
LONGEST_QUERY = 2048
CHALLENGE = (("WWW-Authenticate", 'Basic realm="1C:Enterprise 8.3"'),)
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Вход</title></head><body><form>Имя, пароль</form></body></html>"
)
MAINTENANCE = "Начало сеанса запрещено. Ведутся технические работы."


@dataclass(frozen=True)
class User:
    login: str
    password: str


def answer(base: Base, user: User, request: Request) -> Answer:
    for check in CHECKS:
        if stopped := check(base, user, request):
            return stopped
    as_json = odata.wants_json(request)
    try:
        return odata.answer(base, request)
    except ODataError as error:
        return errors.answer(error, as_json=as_json, as_exception=base.quirks["exception_body"])
    except Exception:
        log.exception("the demo 1C failed")
        return errors.platform_exception("Внутренняя ошибка демо-базы.", as_json=as_json)


def unauthorized() -> Answer:
    return Answer(401, b"", headers=CHALLENGE)


def _login_page(base: Base, _user: User, _request: Request) -> Answer | None:
    return Answer(200, LOGIN_PAGE.encode(), HTML) if base.quirks["html_login_page_200"] else None


def _too_long(base: Base, _user: User, request: Request) -> Answer | None:
    if not base.quirks["short_urls"]:
        return None
    if any(len(segment) > LONGEST_SEGMENT for segment in request.path.split("/")):
        return Answer(400, b"<h2>Bad Request - Invalid URL</h2>", HTML)
    if len(request.query) > LONGEST_QUERY:
        return Answer(404, b"<h2>HTTP Error 404.15 - Not Found: query string too long</h2>", HTML)
    return None


def _stranger(_base: Base, user: User, request: Request) -> Answer | None:
    return None if _known(user, request.header("authorization")) else unauthorized()


def _maintenance(base: Base, _user: User, _request: Request) -> Answer | None:
    return (
        Answer(403, MAINTENANCE.encode(), "text/plain;charset=utf-8")
        if base.quirks["maintenance_403"]
        else None
    )


def _silent_post(base: Base, _user: User, request: Request) -> Answer | None:
    silent = request.method == "POST" and not request.header("content-length")
    return (
        Answer(411, b"<h2>Length Required</h2>", HTML)
        if silent and base.quirks["empty_post_needs_length"]
        else None
    )


CHECKS = (_login_page, _too_long, _stranger, _maintenance, _silent_post)


def _known(user: User, header: str) -> bool:
    """Basic, in UTF-8: logins of 1C are written in Cyrillic as often as not."""
    scheme, _, told = header.partition(" ")
    try:
        login, _, password = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return False
    right = hmac.compare_digest(password.encode(), user.password.encode())
    return scheme.lower() == "basic" and login == user.login and right
