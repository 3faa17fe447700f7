"""Default deny: a route is closed until it says who may come, and each role gets only its own verbs."""

import re

import pytest
from litestar import Litestar, get
from sqlmodel import select

from domain.access import User
from domain.access.policy import Permission
from jobs import work
from web import guards
from web.app import UnguardedRoutes, create_app


def test_every_route_declares_its_permission():
    assert guards.routes_without_permission(create_app().app) == []


def test_a_route_without_a_permission_stops_the_start(monkeypatch):
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "secret"

    monkeypatch.setattr("web.app.ROUTES", [forgotten])

    with pytest.raises(UnguardedRoutes, match="/forgotten"):
        create_app()


def test_such_a_route_would_answer_nobody_even_if_it_started(_address):
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "secret"

    app = Litestar([forgotten], guards=[guards.admit], openapi_config=None)

    assert guards.routes_without_permission(app) == ["GET /forgotten"]


def opened(method: str) -> list[tuple[str, Permission]]:
    """Addresses of a method with something in the place of every parameter."""
    found = []
    for route, verb, handler in guards.handlers_of(create_app().app):
        if verb == method:
            found.append((re.sub(r"\{\w+:int\}", "1", route.path), handler.opt["permission"]))
    return found


MACHINES = {Permission.PUBLIC, Permission.ONEC_SITE}


def test_nobody_gets_anything_but_what_is_public(client):
    for path, permission in opened("GET"):
        if permission not in MACHINES:
            answer = client.get(path, headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers.get("location", "")[:8]) == (303, "/sign-in"), path
    for path, permission in opened("POST"):
        if permission not in MACHINES:
            assert client.post(path).status_code in {303, 401}, path


@pytest.mark.parametrize("login", ["anna", "boris", "vera", "olga", "admin", "stas"])
def test_a_role_gets_403_in_words_wherever_it_has_no_verb(open_client, session, login):
    person = session.exec(select(User).where(User.login == login)).one()
    browser = open_client(login)
    for path, permission in opened("GET"):
        if permission in MACHINES or path == "/live":
            continue
        answer = browser.get(path)
        if not guards.may(person, permission):
            assert answer.status_code == 403 and "Ваша роль этого не позволяет" in answer.text, path
        else:
            assert answer.status_code in {200, 303, 404}, (path, answer.status_code)
    for path, permission in opened("POST"):
        if permission not in MACHINES and not guards.may(person, permission):
            assert browser.post(path).status_code == 403, path


def test_safe_methods_cannot_write(database):
    with (
        pytest.raises(Exception, match="read-only transaction"),
        work.unit_of_work(read_only=True) as session,
    ):
        session.add(User(login="x", name="x", password_hash="x", role="manager"))
