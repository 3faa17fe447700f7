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
from jobs.work import unit_of_work
from web import replies
from web.addresses import local
from web.guards import cookie_name

_hashing = threading.BoundedSemaphore(4)
"""Each argon2 check takes 46 MiB: more at once would let a guesser eat the memory."""


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
        """Three short transactions: no connection is held while the password is hashed."""
        address = request.client.host if request.client else "-"
        try:
            token = sign_in(data, address=address, agent=request.headers.get("user-agent", ""))
        except Refused as no:
            return form(request, data, problem=no.sentence, status=429)
        except Invalid as no:
            return form(request, data, problem=no.sentence, status=422)
        answer = replies.done(request, to=local(data.next))
        answer.set_cookie(session_cookie(request, token))
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


def sign_in(given: Credentials, *, address: str, agent: str) -> str:
    """The token of a new session. Raises Refused after too many guesses, Invalid on a wrong password."""
    login = given.login.strip().lower()[:64]
    with unit_of_work() as session:
        throttling.demand_patience(session, login, address, now=clock.now())
        account: User | None = sessions.find_account(session, login)
    with _hashing:
        fits = passwords.fits(given.password, account.password_hash if account else None)
    with unit_of_work() as session:
        welcome = sessions.check_password(
            session, account, fits, login=login, address=address, now=clock.now()
        )
    if not welcome:
        raise sessions.WrongPassword
    with unit_of_work() as session:
        return sessions.sign_in(session, account, agent=agent, address=address, now=clock.now())


def form(
    request: Request[Any, Any, Any], given: Credentials, *, problem: str = "", status: int = 200
) -> Response[str]:
    return replies.page(request, "sign_in/form.html", status=status, given=given, problem=problem)


def session_cookie(request: Request[Any, Any, Any], token: str, *, seconds: int | None = None) -> Cookie:
    return Cookie(
        key=cookie_name(request.scope["scheme"]),
        value=token,
        max_age=int(sessions.LONGEST.total_seconds()) if seconds is None else seconds,
        path="/",
        httponly=True,
        secure=request.scope["scheme"] == "https",
        samesite="lax",
    )
