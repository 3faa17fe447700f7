"""Regions that look again by themselves, and what they leave alone."""

from playwright.sync_api import Page, Route, expect

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


LINE = """<div id="region" data-live="deal-1" hx-get="/nowhere/region" hx-trigger="live" hx-swap="outerMorph">
<p>{said}</p><details id="joining"><summary>Встать в очередь</summary>
<form data-behavior="either" id="join"><div data-either="deal"><input type="hidden" name="deal_id" value="">
<button type="button" data-switch="new">Новая сделка</button></div>
<div data-either="new" hidden><input name="client" value=""></div><button type="button">Встать</button></form>
</details></div>"""
PUT = """html => { document.getElementById("main").insertAdjacentHTML("beforeend", html);
    htmx.process(document.getElementById("region")); }"""
LOOK = "htmx.trigger('#region', 'live')"


def test_what_was_unfolded_and_typed_stays_when_the_region_looks_again(page: Page):
    Answers(page, "/nowhere/region", LINE.format(said="встали двое"))
    page.evaluate(PUT, LINE.format(said="никого"))
    region = page.locator("#region")
    region.get_by_text("Встать в очередь").click()
    region.get_by_role("button", name="Новая сделка").click()
    region.locator("[name=client]").fill("Орлов Денис")
    region.locator("[name=client]").blur()

    page.evaluate(LOOK)

    expect(region).to_contain_text("встали двое")
    expect(region.locator("[name=client]")).to_be_visible()
    expect(region.locator("[name=client]")).to_have_value("Орлов Денис")
    expect(region.locator("[name=deal_id]")).to_be_disabled()


def test_the_answer_to_a_deed_empties_its_form_and_leaves_the_fold_open(page: Page):
    Answers(page, "/nowhere/region", LINE.format(said="встали двое"))
    page.evaluate(PUT, LINE.format(said="никого").replace('"live"', '"live, done"'))
    region = page.locator("#region")
    region.get_by_text("Встать в очередь").click()
    region.get_by_role("button", name="Новая сделка").click()

    page.evaluate("htmx.trigger('#region', 'done')")

    expect(region).to_contain_text("встали двое")
    expect(region.get_by_role("button", name="Новая сделка")).to_be_visible()
    expect(region.locator("[name=client]")).to_be_hidden()


def test_a_form_nobody_has_begun_is_as_the_region_says(page: Page):
    Answers(
        page, "/nowhere/region", LINE.format(said="новое").replace('name="client"', 'name="client" readonly')
    )
    page.evaluate(PUT, LINE.format(said="давнее"))

    page.evaluate(LOOK)

    expect(page.locator("#region [name=client]")).to_have_attribute("readonly", "")


def test_an_answer_on_its_way_waits_for_hands_that_came_meanwhile(page: Page):
    held: list[Route] = []
    page.route("**/nowhere/region", lambda route: held.append(route))  # noqa: PLW0108 - no built-in will do here
    page.evaluate(PUT, LINE.format(said="никого"))
    region = page.locator("#region")
    page.evaluate(LOOK)
    page.wait_for_timeout(100)
    region.get_by_text("Встать в очередь").click()
    region.get_by_role("button", name="Новая сделка").click()
    held[0].fulfill(body=LINE.format(said="встали двое"), content_type="text/html")

    expect(region).to_have_attribute("data-live-stale", "true")
    expect(region).to_contain_text("никого")
    region.locator("[name=client]").press_sequentially("Орлов")
    region.locator("[name=client]").blur()
    page.wait_for_timeout(200)
    held[1].fulfill(body=LINE.format(said="встали двое"), content_type="text/html")

    expect(region).to_contain_text("встали двое")
    expect(region.locator("[name=client]")).to_have_value("Орлов")
    expect(region.locator("[name=client]")).to_be_visible()
