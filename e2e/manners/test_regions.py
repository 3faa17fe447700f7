"""Regions that look again by themselves, and what they leave alone."""

from playwright.sync_api import Page, expect

from e2e.manners.conftest import REGION, Answers

LIVE = """document.getElementById("main").insertAdjacentHTML("beforeend",
    '<div id="region" data-live="deal-1 deal-2" hx-get="/nowhere/region" hx-trigger="live"' +
    ' hx-swap="innerHTML"><input></div>'); htmx.process(document.getElementById("region"))"""
STREAM = {
    "content_type": "text/event-stream",
    "body": "event: change\ndata: deal-1\n\nevent: change\ndata: deal-2\n\n",
}


def test_a_region_that_looks_again_by_itself_does_not_wipe_a_refusal_off_the_screen(page: Page):
    Answers(page, "/nowhere/region", "новое")
    page.evaluate(REGION)
    page.evaluate("document.getElementById('flash').textContent = 'Квартира занята'")

    page.evaluate("htmx.trigger('#region', 'live')")

    expect(page.locator("#region")).to_have_text("новое")
    expect(page.locator("#flash")).to_have_text("Квартира занята")


def test_a_region_looks_again_once_however_many_of_its_topics_changed(page: Page):
    looks = Answers(page, "/nowhere/region", "новое")
    page.route("**/live?*deal-1*", lambda route: route.fulfill(**STREAM), times=1)
    page.evaluate(LIVE)

    expect(page.locator("#region")).to_have_text("новое")
    page.wait_for_timeout(300)
    assert len(looks.asked) == 1


def test_a_region_being_edited_waits_until_the_hands_are_off_it(page: Page):
    looks = Answers(page, "/nowhere/region", "новое")
    page.route("**/live?*deal-1*", lambda route: route.fulfill(**STREAM), times=1)
    page.evaluate(LIVE)
    page.locator("#region input").press_sequentially("недописанное")

    expect(page.locator("#region")).to_have_attribute("data-live-stale", "true")
    expect(page.locator("#region input")).to_have_value("недописанное")
    assert looks.asked == []

    page.locator("#region input").blur()
    expect(page.locator("#region")).to_have_text("новое")
