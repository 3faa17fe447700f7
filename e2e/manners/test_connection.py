"""When the server does not answer, and when it has forgotten who asks."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.manners.conftest import FORM, REGION, Answers


@pytest.mark.parametrize("away", ["lost", {"status": 503, "headers": {"Retry-After": "1"}, "body": "занято"}])
def test_what_only_looks_is_asked_again_until_the_server_answers(page: Page, away: str | dict[str, object]):
    Answers(page, "/nowhere/region", away, away, "новое")
    page.evaluate(REGION)

    page.locator("#region").click()

    expect(page.locator("#connection")).to_be_visible()
    expect(page.locator("#region")).to_have_text("новое")
    expect(page.locator("#connection")).to_be_hidden()


def test_what_changes_something_is_never_repeated_by_itself(page: Page):
    deeds = Answers(page, "/nowhere/deed", "lost")
    page.evaluate(FORM)

    page.locator("#deed button").click()

    expect(page.locator(".toast")).to_contain_text("Ответ не пришёл")
    page.wait_for_timeout(2500)
    assert len(deeds.asked) == 1
    expect(page.locator("#deed button")).to_have_text("Забронировать")


def test_a_lost_session_leads_to_the_door_and_back(page: Page):
    page.goto("/notices")
    page.context.clear_cookies()

    page.locator("[data-hotkey='ctrl+KeyK']").click()

    expect(page).to_have_url(re.compile(r"/sign-in\?next=.*notices"))


def test_a_page_says_that_the_line_is_gone_and_that_it_is_back(page: Page):
    expect(page.locator("#connection")).to_be_hidden()

    page.context.set_offline(True)
    expect(page.locator("#connection")).to_be_visible()
    page.context.set_offline(False)

    expect(page.locator("#connection")).to_be_hidden()
