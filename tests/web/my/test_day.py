"""My day over HTTP: everybody has one, and each sees only what is theirs."""

import pytest

from tests.sites import HTMX


def test_a_manager_finds_deals_nobody_planned_anything_for(open_client, ivanov_deal):
    page = open_client("anna").get("/")

    assert page.status_code == 200
    assert f'href="/deals/{ivanov_deal.id}"' in page.text and 'data-live="user-' in page.text


@pytest.mark.parametrize("login", ["maria", "boris", "stas", "olga", "vera", "gleb", "admin"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_others_have_a_day_of_their_own(open_client, ivanov_deal, login, headers):
    page = open_client(login).get("/", headers=headers)

    assert page.status_code == 200 and "Иванов" not in page.text


def test_nobody_is_sent_to_sign_in(client):
    assert client.get("/").headers["location"] == "/sign-in"


def test_those_without_deals_are_shown_where_their_work_is(open_client):
    assert 'href="/estate"' in open_client("vera").get("/", headers=HTMX).text


def test_my_day_has_a_budget(open_client, ivanov_deal, queries):
    anna = open_client("anna")

    with queries(9):
        anna.get("/", headers=HTMX)
