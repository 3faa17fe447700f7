"""The door of the site: who comes in, what is refused, and in what words."""

import re

import httpx
import pytest
from litestar import Litestar, get
from sqlmodel import select

from domain.access import User, users
from domain.access.policy import Permission
from domain.kernel import clock
from jobs import work
from tests.fixtures import in_use
from tests.sites import HTMX, Opener
from tests.world.people import PASSWORD
from web import guards
from web.app import UnguardedRoutes, create_app


def sign_in(client: httpx.Client, login: str = "anna", password: str = PASSWORD, **more: str) -> httpx.Response:
    page = client.get("/sign-in")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return client.post("/sign-in", data={**hidden, "login": login, "password": password, **more})


def test_a_right_password_opens_a_session_and_leads_where_one_was_going(client):
    answer = sign_in(client, next="/estate?x=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/estate?x=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/my/sessions").status_code == 200


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(client, next_):
    assert sign_in(client, next=next_).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_login_sound_the_same_and_keep_the_login(client):
    wrong, unknown = sign_in(client, password="nope"), sign_in(client, login="nobody", password="nope")

    assert wrong.status_code == unknown.status_code == 422
    assert "Неверный логин или пароль" in wrong.text and 'value="anna"' in wrong.text
    assert unknown.text.replace("nobody", "anna") == wrong.text


def test_guessing_is_slowed_down_in_words(client):
    answers = [sign_in(client, password=f"guess {number}").status_code for number in range(10)]

    assert answers[:8] == [422] * 8 and answers[-1] == 429
    assert "Слишком много неверных паролей" in sign_in(client).text


def test_the_exchange_user_has_no_screens(client):
    assert sign_in(client, login="onec").status_code == 422


def test_signing_out_works_at_once_for_every_process(open_client):
    anna = open_client("anna")

    assert anna.post("/sign-out").status_code == 303
    assert anna.get("/my/sessions").status_code == 303


def test_a_disabled_person_is_out_with_the_next_request(open_client, session, anna):
    browser = open_client("anna")
    users.disable(session, anna, by=None, now=clock.now())
    session.commit()

    assert browser.get("/estate").headers["location"].startswith("/sign-in")


def test_nobody_is_sent_to_sign_in_and_back(client):
    answer = client.get("/estate?city=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/estate%3Fcity%3D1")


def test_an_expired_session_inside_a_page_sends_the_whole_page_to_sign_in(client):
    answer = client.get("/estate", headers={**HTMX, "HX-Current-URL": "http://x/estate/1/chessboard?unit=3"})

    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=/estate/1/chessboard%3Funit%3D3"


def test_a_form_without_the_token_of_its_session_is_refused(open_client):
    anna, maria = open_client("anna"), open_client("maria")
    foreign = maria.headers["X-CSRFToken"]

    for token in ("", foreign, "нет".encode()):
        refused = anna.post("/my/sessions/others", headers={"X-CSRFToken": token})
        assert refused.status_code in {400, 403}
    assert anna.post("/my/sessions/others").status_code == 303


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_a_form_from_another_site_is_refused(open_client, headers):
    assert open_client("anna").post("/my/sessions/others", headers=headers).status_code == 403


def test_the_token_may_come_as_a_field_of_a_plain_form(open_client):
    anna = open_client("anna")
    token = anna.headers.pop("X-CSRFToken")

    assert anna.post("/my/theme", data={"theme": "dark", "_csrf_token": token}).status_code == 303


HEADERS = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/sign-in", "/nope", "/static/x/nope.css", "/health/live", "/a%00b", "/deals/1"])
def test_every_answer_carries_the_security_headers(client, path):
    answer = client.get(path)

    for name, value in HEADERS.items():
        assert answer.headers[name].startswith(value), (path, name)
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_pages_are_not_kept_by_anybody_and_files_for_ever(open_client):
    page = open_client("anna").get("/estate")
    style = re.search(r'href="(/static/[^"]+app\.css)"', page.text).group(1)

    assert page.headers["cache-control"] == "no-store" and "HX-Request" in page.headers["vary"]
    sheet = open_client("anna").get(style, headers={"Accept-Encoding": "br"})
    assert "immutable" in sheet.headers["cache-control"] and sheet.headers["content-encoding"] == "br"


def test_pages_are_compressed_with_what_the_browser_offers(open_client):
    anna = open_client("anna")

    for offered in ("zstd", "br", "gzip"):
        assert anna.get("/estate", headers={"Accept-Encoding": offered}).headers["content-encoding"] == offered
    assert "content-encoding" not in anna.get("/estate", headers={"Accept-Encoding": "identity"}).headers


def test_every_page_of_a_signed_in_person_carries_the_token(open_client):
    anna = open_client("anna")

    assert f'<meta name="csrf-token" content="{anna.headers["X-CSRFToken"]}">' in anna.get("/estate").text


# -- default deny ------------------------------------------------------------------------------


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
    with pytest.raises(Exception, match="read-only transaction"), work.unit_of_work(read_only=True) as session:
        session.add(User(login="x", name="x", password_hash="x", role="manager"))


# -- what kills others -------------------------------------------------------------------------

KILLERS = {
    "NUL in the address": ("GET", "/deals/1%00", {}),
    "a huge number in the address": ("GET", f"/deals/{10**30}", {}),
    "a negative number in the address": ("GET", "/units/-1", {}),
    "broken UTF-8 in the query": ("GET", "/search?q=%ff%fe", {}),
    "NUL in the query": ("GET", "/search?q=a%00b", {}),
    "a filter of nonsense": ("GET", "/people?after=999999999999999999999999&q=%25%27%22", {}),
    "a form of bytes": ("POST", "/companies", {"content": b"\xff\xfe\x00", "form": "application/x-www-form-urlencoded"}),
    "NUL in a field": ("POST", "/companies", {"data": {"name": "a\0b"}}),
    "an endless field": ("POST", "/companies", {"data": {"name": "я" * 100_000}}),
    "a lone surrogate": ("POST", "/companies", {"content": b"name=%ed%a0%80", "form": "application/x-www-form-urlencoded"}),
    "an unknown charset": ("POST", "/companies", {"content": b'--b\r\nContent-Disposition: form-data; name="name"\r\nContent-Type: text/plain; charset=foo\r\n\r\na\r\n--b--', "form": "multipart/form-data; boundary=b"}),
    "multipart in broken UTF-8": ("POST", "/companies", {"content": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n--b--', "form": "multipart/form-data; boundary=b"}),
    "multipart without an end": ("POST", "/companies", {"content": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nabc', "form": "multipart/form-data; boundary=b"}),
    "a file where a word belongs": ("POST", "/companies", {"files": {"name": ("x.exe", b"MZ\0\0")}}),
    "JSON without a bottom": ("POST", "/companies", {"content": b"[" * 100_000, "form": "application/json"}),
    "days of a million digits": ("POST", "/units/1/booking", {"data": {"deal_id": "9" * 5000, "days": "9" * 5000}}),
    "a foreign deal": ("POST", "/units/1/booking", {"data": {"deal_id": "1", "days": "1"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", KILLERS)
def test_bad_input_is_never_a_500_and_always_a_sentence(open_client: Opener, name):
    method, path, how = KILLERS[name]
    form = how.pop("form", None) if (how := dict(how)) else None
    browser = open_client("stas")

    answer = browser.request(method, path, **how, headers={"Content-Type": form} if form else {})

    assert answer.status_code < 500, answer.text[:300]
    assert "Traceback" not in answer.text
    if answer.status_code >= 400:
        assert re.search("[а-яё]{4,} [а-яё]", answer.text, re.IGNORECASE)


def test_a_body_without_measure_is_refused(open_client):
    answer = open_client("anna").post(
        "/companies", content=b"name=" + b"a" * (33 * 1024 * 1024), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )  # fmt: skip

    assert answer.status_code == 413 and "слишком велик" in answer.text


def test_the_same_refusal_is_told_to_programs_as_data(open_client):
    answer = open_client("anna").get("/companies/999", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["sentence"]) == (404, "Такой компании нет, или она не ваша")


def test_the_database_away_is_503_with_a_word_when_to_come_back(open_client):
    anna = open_client("anna")
    with in_use("postgresql://127.0.0.1:1/away"):
        answer = anna.get("/estate")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "База данных не отвечает" in answer.text
    assert anna.get("/estate").status_code == 200
