"""The door of the site: who comes in, what is refused, and in what words."""

import re

import httpx
import pytest

from domain.access import users
from domain.kernel import clock
from tests.fixtures import in_use
from tests.sites import HTMX
from tests.world.people import PASSWORD


def sign_in(
    client: httpx.Client, login: str = "anna", password: str = PASSWORD, **more: str
) -> httpx.Response:
    page = client.get("/sign-in")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return client.post("/sign-in", data={**hidden, "login": login, "password": password, **more})


def test_a_right_password_opens_a_session_and_leads_where_one_was_going(client):
    answer = sign_in(client, next="/estate?x=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/estate?x=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/my/sessions").status_code == 200


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
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


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nope", "/static/x/nope.css", "/health/live", "/a%00b", "/deals/1"]
)
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
        assert (
            anna.get("/estate", headers={"Accept-Encoding": offered}).headers["content-encoding"] == offered
        )
    assert "content-encoding" not in anna.get("/estate", headers={"Accept-Encoding": "identity"}).headers


def test_every_page_of_a_signed_in_person_carries_the_token(open_client):
    anna = open_client("anna")

    assert f'<meta name="csrf-token" content="{anna.headers["X-CSRFToken"]}">' in anna.get("/estate").text


def test_the_database_away_is_503_with_a_word_when_to_come_back(open_client):
    anna = open_client("anna")
    with in_use("postgresql://127.0.0.1:1/away"):
        answer = anna.get("/estate")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "База данных не отвечает" in answer.text
    assert anna.get("/estate").status_code == 200
