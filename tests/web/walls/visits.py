"""The site spoken to without a server: one request after another, as anybody, and nothing of it stays.

Every transaction ends in a rollback in the moment it would be committed, so that each visit finds the same
world; before that it is asked whose rows it was about to write.
"""

import asyncio
import base64
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode

import sqlalchemy as sa
from anyio import to_thread
from sqlmodel import Session

from domain.access import GRANTS, Permission, Role, sessions
from domain.kernel.settings import settings
from domain.tables import metadata
from jobs import work
from tests.web.walls.belongings import MILLIONS, OWNERS, World, is_somebodys
from tests.world.people import PASSWORD
from web import live
from web.app import Site, create_app
from web.guards import handlers_of

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=wall"
FILE = (
    '--wall\r\nContent-Disposition: form-data; name="{name}"; filename="plan.pdf"\r\n'
    "Content-Type: application/pdf\r\n\r\n%PDF-1.4\n%%EOF\n\r\n--wall--\r\n"
)
PICTURE = (
    '--wall\r\nContent-Disposition: form-data; name="{name}"; filename="plan.svg"\r\n'
    "Content-Type: image/svg+xml\r\n\r\n"
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><path d="M1 1h38"/></svg>'
    "\r\n--wall--\r\n"
)
SENT = {"files": FILE, "file": PICTURE}
"""A file that is taken, by the field it is sent in."""
HTMX = {"hx-request": "true", "hx-request-type": "partial"}
AS_DATA = {"accept": "application/json"}
"""Refusals come as data then, and 401 instead of a way to the sign-in page."""
EVERYTHING = frozenset(Permission) - {Permission.PUBLIC, Permission.SIGNED_IN, Permission.ONEC_SITE}


@dataclass(frozen=True)
class Persona:
    """Somebody at the door; `grants` instead of what the role has."""

    name: str
    login: str = ""
    grants: frozenset[Permission] | None = None


@dataclass
class Answer:
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    written: frozenset[str] = frozenset()
    """Letters of those whose rows were about to be changed."""

    def header(self, name: str) -> str:
        return next((v.decode("latin-1") for n, v in self.headers if n.lower() == name.encode()), "")

    @property
    def text(self) -> str:
        """Everything that left, headers first; what is in addresses may be written in percents."""
        said = [f"{n.decode('latin-1')}: {unquote(v.decode('latin-1'))}" for n, v in self.headers]
        return "\n".join(said) + "\n\n" + self.body.decode("utf-8", "replace").replace("\xa0", " ")


class Discarded(Session):
    """Looks like a unit of work whose commit succeeded."""

    written: set[str] = set()  # noqa: RUF012  of the visit that is going on

    def commit(self) -> None:
        self.flush()
        if self.connection().execute(sa.text("select pg_current_xact_id_if_assigned() is not null")).scalar():
            self.written.update(self.connection().execute(sa.text(whose())).scalars())
        self.expunge_all()
        self.rollback()


@cache
def whose() -> str:
    """Which owners' rows this transaction changed; rows it added have numbers of another kind."""
    mine = "xmin::text::bigint >= pg_current_xact_id()::text::bigint"
    by_number = [
        f"select id / 1000000 as who from {table.name} where {mine} and id >= 1000000"
        for table in metadata.sorted_tables
        if is_somebodys(table) and "id" in table.columns
    ]
    by_person = f"select -user_id from user_session where {mine}"
    return f"select distinct who::text from ({' union all '.join([*by_number, by_person])}) changed"


class Visits:
    """The application, and an event loop for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.site: Site = create_app()
        self.handlers = {
            (route.path, method): handler for route, method, handler in handlers_of(self.site.app)
        }
        self.runner = asyncio.Runner()
        self.runner.get_loop().set_default_executor(AtOnce())

    def ask(
        self,
        who: Persona,
        method: str,
        address: str,
        *,
        form: Mapping[str, object] | None = None,
        headers: Mapping[str, str] = AS_DATA,
        upload: str = "",
        by_password: bool = False,
    ) -> Answer:
        """One visit. `address` is a path with its query."""
        Discarded.written = set()
        given = {**headers, **(self._password(who) if by_password else self._papers(who))}
        body = b""
        if upload:
            given["content-type"], body = PARTS, SENT[upload].format(name=upload).encode()
        elif form is not None:
            body = urlencode({key: str(value) for key, value in form.items()}).encode()
            given["content-type"] = FORM
        with granted(who.grants):
            answer = self.runner.run(self._asked(method, address, given, body))
        answer.written = frozenset(self._owner(who) for who in Discarded.written)
        return answer

    def _owner(self, number: str) -> str:
        if number.startswith("-"):
            logins = {-user: login for login, user in self.world.people.items()}
            login = logins[int(number)]
            return next((letter for letter, known in OWNERS.items() if known == login), login)
        return next(letter for letter, millions in MILLIONS.items() if millions == int(number))

    def _papers(self, who: Persona) -> dict[str, str]:
        if not who.login:
            return {}
        token = self.world.tokens[who.login]
        csrf = sessions.csrf_token(settings().secret, sessions.fingerprint(token))
        return {"cookie": f"karkas={token}; karkas_exchange={token}", "x-csrftoken": csrf}

    def _password(self, who: Persona) -> dict[str, str]:
        pair = base64.b64encode(f"{who.login}:{PASSWORD}".encode()).decode()
        return {"authorization": f"Basic {pair}"} if who.login else {}

    async def _asked(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        path, _, query = address.partition("?")
        named = {"host": "site", **headers}
        scope: Any = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "server": ("site", 80), "client": ("127.0.0.1", 50000), "root_path": "", "state": {},
            "scheme": "http", "method": method, "path": unquote(path), "raw_path": path.encode(),
            "query_string": query.encode(), "extensions": {},
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }  # fmt: skip
        answer, unread, gone = Answer(), [body], asyncio.Event()

        async def receive() -> Any:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")
                if not message.get("more_body") or b"ping" in answer.body:
                    gone.set()

        await self.site(scope, receive, send)
        return answer

    def close(self) -> None:
        self.runner.close()


class AtOnce(ThreadPoolExecutor):
    """Runs what it is given here and now: one visitor needs no threads, and waiting for them is dear."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as no:  # noqa: BLE001  whatever it is, it is the asker's
            done.set_exception(no)
        return done


async def at_once(fn: Callable[..., Any], *args: Any, **_how: Any) -> Any:
    return fn(*args)


@contextmanager
def granted(grants: frozenset[Permission] | None) -> Iterator[None]:
    """Every role has these for a while, and no others."""
    before = dict(GRANTS)
    if grants is not None:
        GRANTS.update(dict.fromkeys(Role, grants))
    try:
        yield
    finally:
        GRANTS.update(before)


@contextmanager
def visiting(world: World, monkeypatch: Any) -> Iterator[Visits]:
    """The doors open; streams say after a moment what they would say after seconds."""

    def begin(*, read_only: bool = False) -> Session:
        bind = work.engine().execution_options(postgresql_readonly=True) if read_only else work.engine()
        return Discarded(bind, expire_on_commit=False)

    monkeypatch.setattr(work, "begin", begin)
    monkeypatch.setattr(work, "wake", lambda session: None)
    monkeypatch.setattr(to_thread, "run_sync", at_once)
    monkeypatch.setattr(live, "hub", live.Hub())  # the other one's listener may lose its database and say "*"
    monkeypatch.setattr(live, "PING_SECONDS", 0.02)
    monkeypatch.setattr(live, "COALESCE_SECONDS", 0.001)
    visits = Visits(world)
    try:
        yield visits
    finally:
        visits.close()
