"""Who calls: 1C shows the cookie it was given, or the password, or both; either is enough."""

import base64
import binascii
import threading
from typing import Any

from litestar import Request

from domain.access import User, passwords, sessions, throttling
from domain.exchange import visiting
from domain.exchange.visiting import Visitor
from domain.kernel import clock
from domain.kernel.errors import Refused
from domain.kernel.text import _
from jobs.work import glance, unit_of_work

COOKIE = "karkas_exchange"

_hashing = threading.BoundedSemaphore(2)
"""Each argon2 check takes 46 MiB."""


def recognised(request: Request[Any, Any, Any]) -> Visitor:
    """Raises Refused with the sentence for the operator."""
    if token := request.cookies.get(COOKIE, ""):
        with glance() as session:
            if visitor := visiting.by_token(session, token, now=clock.now()):
                return visitor
    return visiting.by_password(by_password(request))


def by_password(request: Request[Any, Any, Any]) -> User:
    """The exchange user of the Basic header. Raises Refused; guesses are counted as on the sign-in page.

    The address it came from before is known, so that strangers can't keep 1C out.
    """
    login, password = credentials(request)
    address = request.client.host if request.client else "-"
    with unit_of_work() as session:
        known = address if sessions.came_from(session, login, address) else ""
        throttling.count_guess(session, login, address, known=known, now=clock.now())
        account = sessions.find_account(session, login)
    with _hashing:
        fits = passwords.fits(password, account.password_hash if account else None)
    if account is None or not fits or not visiting.is_exchange(account):
        raise Refused(_("Wrong login or password of the exchange user"))
    with unit_of_work() as session:
        throttling.give_back(session, login, address, known=known)
    return account


def credentials(request: Request[Any, Any, Any]) -> tuple[str, str]:
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Refused(_("Authorisation failed: the login and password of the exchange user are needed"))
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    login, _colon, password = decoded(raw).partition(":")
    return login.strip().lower()[:64], password


def decoded(raw: bytes) -> str:
    """UTF-8, else the code page of Windows: old platforms send Cyrillic logins so."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("windows-1251", "replace")
    return text.replace("\x00", "")
