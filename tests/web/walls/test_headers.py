"""Headers on every answer there can be: the fuzzed ones, and each kind that a fuzz rarely meets."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from litestar import get

from domain.access import Permission
from tests.web.walls import cast
from tests.web.walls.firing import Answer, Range, range_of
from tests.web.walls.manners import bad_manners
from tests.web.walls.routes import table
from tests.web.walls.shots import OWN_TOKEN, Gun, Shot
from web import assets, headers, transaction
from web.app import create_app
from web.routes import ROUTES

QUICK, WHOLE = 500, 5_000

pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")


@get("/planted", sync_to_thread=False, permission=Permission.PUBLIC)
def planted() -> str:
    raise TypeError("a mistake of ours")


def asked(
    target: str, *, who: str = cast.NOBODY, method: str = "GET", body: bytes = b"", **more: str
) -> Shot:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in more.items()]
    return Shot(
        0, who, method, target.encode(), [(b"host", b"site"), (b"x-csrftoken", OWN_TOKEN), *sent], body
    )


def sent(target: str, body: bytes = b"", *, who: str = cast.NOBODY) -> Shot:
    return asked(target, who=who, method="POST", body=body, content_type="application/x-www-form-urlencoded")


def kinds() -> Mapping[tuple[str, int], Shot]:
    """One request for every kind of answer, and its status."""
    style = assets.asset("css/app.css")
    etag = dict(assets.served("css/app.css", None).headers)[b"etag"].decode()
    return {
        ("a static file", 200): asked(style),
        ("a packed static file", 200): asked(style, accept_encoding="br"),
        ("a static file known already", 304): asked(style, if_none_match=etag),
        ("a static file of an older site", 200): asked("/static/older/css/app.css"),
        ("no such static file", 404): asked("/static/x/../../app.py"),
        ("a method static files do not take", 404): asked(style, method="POST"),
        ("an address nobody can read", 400): asked("/%00"),
        ("a host that is none", 400): Shot(0, cast.NOBODY, "GET", b"/", [(b"host", b"[::1")]),
        ("no such page", 404): asked("/nowhere", who="manager"),
        ("a method the address does not take", 405): asked("/deals", who="manager", method="DELETE"),
        ("a question about methods", 403): asked("/deals", who="manager", method="OPTIONS"),
        ("a page", 200): asked("/deals", who="manager"),
        ("a fragment", 200): asked("/notices/bell", who="manager", hx_request="true"),
        ("a page for whoever is not in", 303): asked("/deals"),
        ("a fragment for whoever is not in", 401): asked("/deals", hx_request="true"),
        ("a role that may not", 403): asked("/deals", who="engineer"),
        ("a deed done", 303): sent("/my/theme", b"theme=dark", who="manager"),
        ("a form that is wrong", 422): sent("/companies", b"inn=1", who="manager"),
        ("a form that is too large", 413): sent("/companies", b"name=" + b"a" * 2**25, who="manager"),
        ("the form of sign-in", 200): asked("/sign-in"),
        ("signed in", 303): sent("/sign-in", b"login=anna&password=karkas"),
        ("not signed in", 422): sent("/sign-in", b"login=anna&password=x"),
        ("signed out", 303): asked("/sign-out", who="accountant", method="POST"),
        ("a download", 200): asked(f"/exchange/messages/{cast.downloadable()}/file", who="head"),
        ("a stream", 200): asked("/live?topics=exchange", who="head"),
        ("figures for machines", 200): asked("/metrics"),
        ("a probe", 200): asked("/health/live"),
        ("1C refused", 200): asked("/onec/exchange?mode=checkauth"),
        ("a mistake of ours", 500): asked("/planted"),
        ("a program's refusal", 404): asked("/companies/999999", who="manager", accept="application/json"),
    }  # fmt: skip


def faults_of(name: str, status: int, answer: Answer, *, https: bool) -> list[str]:
    wrong = bad_manners(answer.status, answer.headers, https=https)
    if answer.status != status:
        wrong.append(f"{answer.status} instead of {status}")
    return [f"{name}{' over https' if https else ''}: {fault}" for fault in wrong]


def crowded(firing: Range) -> Answer:
    """The 503 of a process whose doors are all taken."""

    async def take_all() -> None:
        for _ in range(transaction.AT_ONCE):
            await firing.site.doors._free.acquire()

    asyncio.run_coroutine_threadsafe(take_all(), firing.loop).result()
    return firing.fire(asked("/deals", who="manager"))


@pytest.mark.gate("S10")
def test_every_answer_carries_its_headers(gate, database, valkey, monkeypatch):
    routes = table()
    monkeypatch.setattr("web.app.ROUTES", [*ROUTES, planted])
    monkeypatch.setattr(transaction, "PATIENCE_SECONDS", 0.05)
    cast.furnish()
    gun = Gun(f"{gate.seed} headers", routes, cast.PEOPLE, cast.ids())
    faults = []
    with range_of(create_app()) as firing:
        for (name, status), shot in kinds().items():
            for https in (False, True):
                faults += faults_of(name, status, firing.fire(shot, https=https), https=https)
        monkeypatch.setattr(transaction, "PATIENCE_SECONDS", 30)
        seen = firing.campaign(gun, gate.size(QUICK, WHOLE))
        monkeypatch.setattr(transaction, "PATIENCE_SECONDS", 0.05)
        faults += faults_of("crowded", 503, crowded(firing), https=False)
    faults += seen.faults

    gate.report(
        f"{len(kinds())} kinds of answers over http and https, {seen.fired:,} fuzzed ones: "
        f"{len(faults)} faults" + "".join(f"\n{fault}" for fault in faults[:20]),
        ok=not faults,
        answers=seen.fired + 2 * len(kinds()),
    )


@pytest.mark.gate("S10")
def test_the_site_knows_https_from_the_proxy_beside_it_alone(gate, _address, database):
    """A proxy on this machine is believed; anybody else who says https is not."""
    form, said = {"login": "anna", "password": "karkas"}, {"X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=_address, trust_env=False) as proxy:
        inside = proxy.post("/sign-in", data=form, headers=said)
    with httpx.Client(
        base_url=_address, transport=httpx.HTTPTransport(local_address="127.0.0.2"), trust_env=False
    ) as stranger:
        outside = stranger.post("/sign-in", data=form, headers=said)
    cookies = [
        [value.split("=")[0] for value in answer.headers.get_list("set-cookie")]
        for answer in (inside, outside)
    ]
    believed = "strict-transport-security" in inside.headers
    faults = bad_manners(303, inside.headers.raw, https=True) + bad_manners(
        303, outside.headers.raw, https=False
    )

    gate.report(
        f"https is believed from the proxy beside ({cookies[0][0]}) and from nobody else ({cookies[1][0]})",
        ok=believed and "strict-transport-security" not in outside.headers and not faults
        and cookies == [["__Host-karkas", "__Host-karkas-device"], ["karkas", "karkas-device"]],
    )  # fmt: skip


@pytest.mark.control("S10")
def test_an_answer_without_the_wrapper_is_noticed(gate, database, valkey, monkeypatch):
    monkeypatch.setattr(headers, "secured", lambda message, **_: message)
    gun = Gun(f"{gate.seed} headers", table(), cast.PEOPLE, cast.ids())
    with range_of(create_app()) as firing:
        seen = firing.campaign(gun, 50)

    noticed = {fault.partition(" shot ")[2].partition(":")[0] for fault in seen.faults}
    assert len(noticed) == seen.fired
    gate.report(f"{len(noticed)} of {seen.fired} answers were told to have no headers")
