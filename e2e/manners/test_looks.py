"""Themes."""

from playwright.sync_api import Page, expect


def test_the_theme_follows_the_system_until_the_person_chooses(page: Page):
    paper = {"light": "rgb(245, 244, 241)", "dark": "rgb(19, 21, 25)"}
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator("body")).to_have_css("background-color", paper[theme])

    page.locator("summary.ava").click()
    page.get_by_role("button", name="Тёмная").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", paper["dark"])
