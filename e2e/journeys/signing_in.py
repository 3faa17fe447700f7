"""A person comes to work: signs in, and is let out again."""

import re

from playwright.sync_api import expect

from e2e.conftest import OpenAs


def test_a_wrong_password_keeps_the_login_and_the_right_one_opens_the_desk(open_as: OpenAs):
    page = open_as()
    page.goto("/deals")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fdeals|/sign-in\?next=/deals"))

    page.locator("[name=login]").fill("anna")
    page.locator("[name=password]").fill("not karkas")
    page.locator("form.sign-in button").click()
    expect(page.locator("form [role=alert]")).to_be_visible()
    expect(page.locator("[name=login]")).to_have_value("anna")

    page.locator("[name=password]").fill("karkas")
    page.locator("form.sign-in button").click()
    expect(page).to_have_url(re.compile("/deals$"))
    expect(page.locator("meta[name=csrf-token]")).to_have_count(1)
