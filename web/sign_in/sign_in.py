"""/sign-in: the form, and the session it opens."""

import threading
from dataclasses import dataclass, field
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery, URLEncodedBody

from domain.access import Permission, User, passwords, sessions, throttling
from domain.access.sessions import SignedIn
from domain.kernel import clock
from domain.kernel.errors import Invalid, Refused
from domain.kernel.settings import settings
from jobs.work import unit_of_work
from web import replies
from web.addresses import local
from web.guards import cookie_name

_hashing = threading.BoundedSemaphore(4)
"""Each argon2 check takes 46 MiB: more at once would let a guesser eat the memory."""
YEAR_SECONDS = 31_536_000


@dataclass
class Credentials:
    login: str = ""
    password: str = field(default="", repr=False)
    next: str = "/"


class SignIn(Controller):
    path = "/sign-in"

    @get(sync_to_thread=True, permission=Permission.PUBLIC)
    def show(self, request: Request[Any, Any, Any], next: FromQuery[str] = "/") -> Response[str]:  # noqa: A002  the public name
        if request.scope.get("user"):
            return replies.done(request, to=local(next))
        return form(request, Credentials(next=local(next)))

    @post(sync_to_thread=True, permission=Permission.PUBLIC)
    def create(self, request: Request[Any, Any, Any], data: URLEncodedBody[Credentials]) -> Response[str]:
        """Two short transactions: no connection is held while the password is hashed."""
        address = request.client.host if request.client else "-"
        login = data.login.strip().lower()[:64]
        device = request.cookies.get(device_cookie(request), "")
        known = sessions.known_device(settings().secret, login, device)
        agent = request.headers.get("user-agent", "")
        try:
            token = sign_in(login, data.password, address=address, known=known, agent=agent)
        except Refused as no:
            return form(request, data, problem=no.sentence, status=429)
        except Invalid as no:
            return form(request, data, problem=no.sentence, status=422)
        answer = replies.done(request, to=local(data.next))
        answer.set_cookie(session_cookie(request, token))
        answer.set_cookie(
            cookie(
                request, device_cookie(request), sessions.device_token(settings().secret, login), YEAR_SECONDS
            )
        )
        return answer


class SignOut(Controller):
    path = "/sign-out"

    @post(sync_to_thread=True, permission=Permission.SIGNED_IN)
    def create(self, request: Request[Any, Any, Any]) -> Response[str]:
        here = SignedIn(request.scope["user"], request.scope["token_hash"])
        with unit_of_work() as session:
            sessions.sign_out(session, here, now=clock.now())
        answer = replies.done(request, to="/sign-in")
        answer.set_cookie(session_cookie(request, "", seconds=0))
        return answer


def sign_in(login: str, password: str, *, address: str, known: str, agent: str) -> str:
    """The token of a new session. Raises Refused after too many guesses, Invalid on a wrong password."""
    with unit_of_work() as session:
        throttling.count_guess(session, login, address, known=known, now=clock.now())
        account: User | None = sessions.find_account(session, login)
    with _hashing:
        fits = passwords.fits(password, account.password_hash if account else None)
    if not fits:
        raise sessions.WrongPassword
    with unit_of_work() as session:
        token = sessions.sign_in(session, account, agent=agent, address=address, now=clock.now())
        # The counters after the account, in the order of a new password.
        throttling.give_back(session, login, address, known=known)
        return token


def form(
    request: Request[Any, Any, Any], given: Credentials, *, problem: str = "", status: int = 200
) -> Response[str]:
    return replies.page(request, "sign_in/form.html", status=status, given=given, problem=problem)


def session_cookie(request: Request[Any, Any, Any], token: str, *, seconds: int | None = None) -> Cookie:
    term = int(sessions.LONGEST.total_seconds()) if seconds is None else seconds
    return cookie(request, cookie_name(request.scope["scheme"]), token, term)


def device_cookie(request: Request[Any, Any, Any]) -> str:
    return f"{cookie_name(request.scope['scheme'])}-device"


def cookie(request: Request[Any, Any, Any], name: str, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=request.scope["scheme"] == "https",
        samesite="lax",
    )
