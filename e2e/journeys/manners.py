"""How every page behaves: words after a deed, keys, a form sent once, a line that breaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.conftest import OpenAs
from tests.fixtures import Database, in_use
from tests.servers import Databases
from web.bundle import MODULES

UNDO = "/nowhere/undone"
TOAST = f"""document.dispatchEvent(new CustomEvent("karkas:toast", {{
    detail: {{ text: "Сделка перенесена", undo: "{UNDO}" }} }}))"""
FORM = """document.getElementById("main").insertAdjacentHTML("beforeend",
    '<form id="deed" method="post" hx-post="/nowhere/deed" hx-target="this" hx-swap="innerHTML">' +
    '<input name="words"><button data-busy-label="Бронируем…"><span>Забронировать</span></button></form>');
    htmx.process(document.getElementById("deed"))"""
REGION = """document.getElementById("main").insertAdjacentHTML("beforeend",
    '<div id="region" hx-get="/nowhere/region" hx-trigger="live, click" hx-swap="innerHTML">давнее</div>');
    htmx.process(document.getElementById("region"))"""


@dataclass(frozen=True)
class Address:
    url: str


LIVE = """document.getElementById("main").insertAdjacentHTML("beforeend",
    '<div id="region" data-live="deal-1 deal-2" hx-get="/nowhere/region" hx-trigger="live"' +
    ' hx-swap="innerHTML"><input></div>'); htmx.process(document.getElementById("region"))"""
STREAM = {
    "content_type": "text/event-stream",
    "body": "event: change\ndata: deal-1\n\nevent: change\ndata: deal-2\n\n",
}


@pytest.fixture(scope="module")
def database(databases: Databases, template: str) -> Iterator[Database]:
    """One for all: nothing here changes more than a session."""
    with databases.new(template) as url, in_use(url) as database:
        yield database


@pytest.fixture
def site(_address: str, database: Database) -> Address:
    """One quick server in this process: nothing is killed here but the line to it."""
    return Address(_address)


@pytest.fixture
def page(open_as: OpenAs) -> Page:
    """Anna's list of flats: a page with the top bar, and little else that moves."""
    page = open_as("anna")
    page.goto("/estate")
    expect(page.locator("h1")).to_be_visible()
    return page


class Answers:
    """What an address of the page answers, in turn, and what it was asked."""

    def __init__(self, page: Page, address: str, *replies: str | dict[str, object]) -> None:
        self.asked: list[dict[str, str]] = []
        self.replies = list(replies)
        page.route(f"**{address}", self.reply)

    def reply(self, route: Route) -> None:
        self.asked.append(route.request.headers)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply == "lost":
            route.abort("connectionfailed")
        elif isinstance(reply, dict):
            route.fulfill(**reply)  # type: ignore[arg-type]
        else:
            route.fulfill(body=reply, content_type="text/html")


def test_a_deed_is_taken_back_from_the_toast_by_ctrl_z(page: Page):
    undone = Answers(page, UNDO, "")
    page.evaluate(TOAST)
    expect(page.get_by_role("status").filter(has_text="Сделка перенесена")).to_be_visible()

    page.keyboard.press("Control+KeyZ")

    expect(page.locator(".toast")).to_have_count(0)
    assert len(undone.asked) == 1
    assert undone.asked[0]["x-csrftoken"]


def test_ctrl_z_in_a_field_takes_back_letters_and_no_deeds(page: Page):
    undone = Answers(page, UNDO, "")
    page.evaluate(FORM)
    page.evaluate(TOAST)

    page.locator("#deed input").fill("буквы")
    page.locator("#deed input").press("Control+KeyZ")

    expect(page.locator(".toast")).to_be_visible()
    assert undone.asked == []


def test_a_toast_leaves_by_itself_but_not_while_it_is_looked_at(page: Page):
    page.clock.install()
    page.evaluate(TOAST)
    page.locator(".toast").hover()
    page.clock.run_for(20_000)
    expect(page.locator(".toast")).to_be_visible()

    page.mouse.move(700, 500)
    page.clock.run_for(7_000)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_question_mark_shows_the_keys_whatever_the_layout(page: Page):
    for key in ("?", "Shift+Slash"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_contain_text("Ctrl K")

        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_single_letters_may_be_switched_off(page: Page):
    page.goto("/deals")
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Одиночные буквы").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("KeyC")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Одиночные буквы").check()
    page.keyboard.press("Escape")
    page.keyboard.press("KeyC")
    expect(page.get_by_role("dialog")).to_contain_text("Новая сделка")


def test_a_form_is_sent_once_however_often_its_button_is_pressed(page: Page):
    deeds = Answers(page, "/nowhere/deed", "<b>Готово</b>")
    page.evaluate(FORM)

    page.evaluate("for (let times = 0; times < 3; times++) document.querySelector('#deed button').click()")

    expect(page.locator("#deed")).to_have_text("Готово")
    assert len(deeds.asked) == 1


def test_the_button_says_what_is_going_on_and_may_be_pressed_again_after_a_refusal(page: Page):
    refusal = {
        "status": 409,
        "body": "<div class='banner bad'>Квартиру только что забронировали</div>",
        "headers": {"HX-Retarget": "#flash", "HX-Reswap": "innerHTML", "Content-Type": "text/html"},
    }
    deeds = Answers(page, "/nowhere/deed", refusal, "<b>Готово</b>")
    page.evaluate(FORM)
    page.locator("#deed input").fill("для Громовой")

    page.locator("#deed button").click()

    expect(page.get_by_role("alert")).to_have_text("Квартиру только что забронировали")
    expect(page.locator("#deed input")).to_have_value("для Громовой")
    expect(page.locator("#deed button")).to_have_text("Забронировать")
    page.locator("#deed button").click()
    expect(page.locator("#deed")).to_have_text("Готово")
    expect(page.get_by_role("alert")).to_be_empty()
    assert len(deeds.asked) == 2


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
