"""Forged requests: what another site makes a browser send is refused, and what only looks changes nothing."""

from collections.abc import Iterator, Sequence

import pytest
from litestar import get
from sqlmodel import Session, col, select

from domain.access import Permission, Region, Role, User, may
from tests.web.walls import cast
from tests.web.walls.firing import Range, range_of
from tests.web.walls.routes import Route, of, table
from tests.web.walls.shots import FORM, OWN_TOKEN, Shot
from tests.web.walls.writes import watched
from web import guards, transaction
from web.app import create_app
from web.given import Given
from web.routes import ROUTES

Headers = list[tuple[bytes, bytes]]
HOST = (b"host", b"site")
MINE: Headers = [(b"x-csrftoken", OWN_TOKEN)]
STRANGER = "accountant"
NEEDS_A_TOKEN = {"no token", "the token of another", "a tossed cookie", "a form as text"}


def insider(route: Route) -> str:
    """A role that may do it."""
    if route.for_machines:
        return Role.ADMIN
    return next(
        role for role in Role if may(User(role=role, login="", name="", password_hash=""), route.permission)
    )


def forgeries(
    route: Route, passport: cast.Passport, stranger: cast.Passport
) -> Iterator[tuple[str, Headers, bytes]]:
    """What makes it a forgery, by name; each lacks one thing only."""
    form: Headers = [(b"content-type", FORM)]
    body = b"&".join(name.encode() + b"=1" for name in route.fields)
    yield "no token", form, body
    yield "the token of another", [*form, (b"x-csrftoken", stranger.csrf.encode())], body
    tossed = f"karkas={stranger.token}; csrftoken={stranger.csrf}".encode()
    yield "a tossed cookie", [*form, (b"cookie", tossed), (b"x-csrftoken", stranger.csrf.encode())], body
    yield (
        "a form as text",
        [(b"content-type", b"text/plain")],
        b"_csrf_token=" + passport.csrf.encode() + b"&" + body,
    )
    for site in (b"cross-site", b"same-site"):
        yield f"from a {site.decode()} page", [*form, *MINE, (b"sec-fetch-site", site)], body
    for origin in (b"https://evil.example", b"null", b"http://site.evil.example", b"http://site:81"):
        yield f"from {origin.decode()}", [*form, *MINE, (b"origin", origin)], body


def accepted(firing: Range, routes: Sequence[Route]) -> tuple[int, list[str]]:
    """How many forgeries were tried, and those that were not refused or changed something."""
    tried, through = 0, []
    for route in routes:
        who = insider(route)
        for https in (False, True):
            passport, stranger = cast.passport(who), cast.passport(STRANGER)
            assert passport and stranger
            firing.carry(who, passport)
            for name, headers, body in forgeries(route, passport, stranger):
                if is_no_promise(route, name, https=https):
                    continue
                sent = Shot(0, who, route.method, route.at().encode(), [HOST, *headers], body, str(route))
                with watched() as seen:
                    answer = firing.fire(sent, https=https)
                tried += 1
                refused = answer.body.startswith(b"failure") if route.for_machines else answer.status == 403
                if not refused or seen.writes:
                    through.append(f"{route} {name}: {answer.status} {seen.writes[:1]}")
    return tried, through


def is_no_promise(route: Route, name: str, *, https: bool) -> bool:
    """Before sign-in there is nobody to bind a token to; over http no cookie is safe from a sibling host."""
    if name not in NEEDS_A_TOKEN:
        return False
    return route.permission is Permission.PUBLIC or (name == "a tossed cookie" and not https)


def unsafe() -> list[Route]:
    return [route for route in table() if not route.safe]


@pytest.mark.gate("S8")
def test_every_unsafe_route_refuses_forged_requests(gate, database, valkey):
    with range_of(create_app()) as firing:
        tried, through = accepted(firing, unsafe())

    gate.report(
        f"{tried} forged requests to {len(unsafe())} unsafe routes: {len(through)} accepted"
        + "".join(f"\n{t}" for t in through[:20]),
        ok=not through,
        forged=tried,
    )


@pytest.mark.gate("S8")
def test_safe_methods_write_nothing(gate, database, valkey):
    """1C alone leads its exchange by GET, as its protocol wants; it comes with a password, not a cookie."""
    cast.furnish()
    ids, faults, asked, statements = cast.ids(), [], 0, 0
    routes = [route for route in table() if route.safe]
    with range_of(create_app()) as firing:
        for who in {insider(route) for route in routes}:
            firing.carry(who, cast.passport(who))
        for route in routes:
            given = {name: (ids.get(name.removesuffix("_id")) or [1])[-1] for name in route.parameters}
            for method in ("GET", "HEAD", "OPTIONS"):
                for fragment in (b"false", b"true"):
                    headers = [
                        HOST,
                        (b"hx-request", fragment),
                        (b"cookie", b"karkas-flash=%7B%22text%22%3A%22a%22%7D"),
                    ]
                    shot = Shot(
                        0, insider(route), method, route.at(**given).encode(), headers, route=str(route)
                    )
                    with watched() as seen:
                        answer = firing.fire(shot)
                    asked, statements = asked + 1, statements + seen.statements
                    wrong = seen.writes + ([] if route.for_machines else seen.unguarded)
                    faults += [f"{method} {route.path} ({answer.status}): {statement}" for statement in wrong]

    gate.report(
        f"{asked} requests by safe methods to {len(routes)} routes, {statements} statements: "
        f"{len(faults)} could write" + "".join(f"\n{fault}" for fault in faults[:20]),
        ok=not faults and statements > asked / 3,
        safe=asked,
    )


@pytest.mark.control("S8")
@pytest.mark.parametrize("guard", ["demand_own_token", "demand_own_origin"])
def test_without_a_guard_forged_requests_are_accepted(gate, database, valkey, monkeypatch, guard):
    async def no_demand(*_: object) -> None: ...

    monkeypatch.setattr(guards, guard, no_demand if guard == "demand_own_token" else lambda *_: None)
    some = gate.random.sample(unsafe(), 8)
    with range_of(create_app()) as firing:
        tried, through = accepted(firing, some)

    assert len(through) >= len(some)
    gate.report(f"without {guard} {len(through)} of {tried} forged requests were accepted")


@get("/planted", sync_to_thread=True, permission=Permission.SIGNED_IN)
def planted(session: Given[Session]) -> str:
    session.add(Region(name="written by a GET"))
    return "done"


@pytest.mark.control("S8")
def test_a_get_that_writes_fails_loudly_and_without_the_guard_is_seen(
    gate, database, valkey, session, monkeypatch
):
    monkeypatch.setattr("web.app.ROUTES", [*ROUTES, planted])
    site = create_app()
    shot = Shot(0, "manager", "GET", b"/planted", [HOST])
    written = select(Region).where(col(Region.name) == "written by a GET")
    assert any(route.path == "/planted" for route in of(site.app))
    with range_of(site) as firing, watched() as guarded:
        loud = firing.fire(shot)
    assert loud.status == 500 and guarded.writes and not session.exec(written).all()
    session.rollback()

    monkeypatch.setattr(transaction, "SAFE_METHODS", frozenset())
    with range_of(site) as firing, watched() as unguarded:
        quiet = firing.fire(shot)
    assert quiet.status == 200 and unguarded.unguarded and session.exec(written).all()
    gate.report("a GET that writes was refused by the database; in a transaction that may write it was seen")
