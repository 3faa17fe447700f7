"""Themes, widths, and what a machine can see of how a page is read aloud."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import OpenAs
from web.bundle import MODULES


def test_the_theme_follows_the_system_until_the_person_chooses(page: Page):
    paper = {"light": "rgb(245, 244, 241)", "dark": "rgb(19, 21, 25)"}
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator("body")).to_have_css("background-color", paper[theme])

    page.locator("summary.ava").click()
    page.get_by_role("button", name="Тёмная").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", paper["dark"])


def test_nothing_makes_a_page_wider_than_the_screen(open_as: OpenAs):
    page = open_as("boris")
    for address in ("/estate", "/deals", "/people", "/bookings", "/notices", "/my/sessions", "/no-such-page"):
        page.goto(address)
        for width in (320, 390, 768, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, f"{address} at {width}"


AXE = (MODULES / "axe-core/axe.min.js").read_text("utf-8")
FOUND = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: {"label-content-name-mismatch": {enabled: false}},
})).violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html}`))"""
"""A cell of the chessboard shows «2к 54,3» and is read aloud in whole words: the mismatch is meant."""


@pytest.mark.parametrize(("phone", "theme"), [(False, "light"), (True, "dark")])
def test_pages_can_be_read_aloud_and_seen_by_everyone(open_as: OpenAs, phone: bool, theme: str):
    """No violation of WCAG 2.2 AA that a machine can see, on a desk and on a phone, light and dark."""
    page = open_as("boris", phone=phone, color_scheme=theme)
    addresses = [
        "/",
        "/deals",
        "/deals?view=list",
        "/deals/new",
        "/estate",
        "/people",
        "/companies",
        "/bookings",
    ]
    addresses += ["/notices", "/search", "/my/sessions", "/no-such-page"]
    for list_, one in (("/deals", ".kc-t"), ("/estate", "main a[href*=chessboard]")):
        page.goto(list_)
        addresses.append(str(page.locator(one).first.get_attribute("href")))

    violations = {}
    for address in addresses:
        page.goto(address)
        page.evaluate(AXE)
        if found := page.evaluate(FOUND):
            violations[address] = found
    assert violations == {}
