"""A script somebody left in a name, a comment or a file from 1C never runs in another person's browser."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError
from sqlmodel import Session

from e2e import poison
from e2e.conftest import cookie, new_context
from e2e.manners.conftest import Address
from e2e.pages.screens import SCREENS, Screen
from tests.fixtures import Database
from tests.gates import Gate
from web.templating import environment

REPORT = """addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""
REFUSED = {"no such page", "chessboard on no day", "link that is over"}
PLANTED = f"document.querySelectorAll('[{poison.MARK}]').length"
INSIDE = """() => [...document.querySelectorAll("*")].filter(element =>
    ["href", "src", "action", "hx-get", "hx-post"].some(name =>
        /^\\s*javascript:/i.test(element.getAttribute(name) ?? ""))).length"""


@dataclass
class Harm:
    """What got through to the browser."""

    dialogs: int = 0
    reports: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    elements: int = 0
    screens: int = 0

    def __str__(self) -> str:
        return (
            f"{self.screens} screens: {self.dialogs} dialogs, {len(self.reports)} reports of the policy, "
            f"{len(self.requests)} requests of planted markup, {self.elements} planted elements"
        )

    @property
    def none(self) -> bool:
        return not (self.dialogs or self.reports or self.requests or self.elements)

    def watch(self, page: Page) -> None:
        page.add_init_script(REPORT)
        page.on("dialog", lambda dialog: (self._dialog(), dialog.dismiss())[1])
        page.on("console", lambda said: self._say(said.text))
        page.on("request", lambda request: self._ask(request.url))
        # Answered with nothing, so that a page which gave in stays and can be counted.
        page.route(f"**{poison.PROBE}*", lambda route: route.fulfill(status=204))

    def count(self, page: Page) -> None:
        try:
            self.elements += page.evaluate(PLANTED) + page.evaluate(INSIDE)
        except PlaywrightError:  # planted markup led the page away
            self.requests.append(page.url)

    def _dialog(self) -> None:
        self.dialogs += 1

    def _say(self, text: str) -> None:
        if text.startswith("policy:") or "Content Security Policy" in text:
            self.reports.append(text)

    def _ask(self, url: str) -> None:
        if poison.PROBE in url or url.endswith("/x"):
            self.requests.append(url)


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    poison.poison(crowded.engine)
    return crowded


def crawl(browser: Browser, site: Address, database: Database, screens: tuple[Screen, ...]) -> Harm:
    """Every screen, as the person who sees it, with everything on it that opens by itself."""
    harm = Harm()
    contexts: dict[str | None, BrowserContext] = {}
    pages: dict[str | None, Page] = {}
    with Session(database.engine) as session:
        addresses = {screen: screen.address(session) for screen in screens}
    for screen, address in addresses.items():
        if screen.login not in pages:
            context = contexts[screen.login] = new_context(browser, site, phone=False)
            if screen.login:
                context.add_cookies([cookie(site, screen.login)])
            harm.watch(page := context.new_page())
            pages[screen.login] = page
        page = pages[screen.login]
        answer = page.goto(address)
        assert answer and (answer.status == 200 or screen.name in REFUSED), (screen.name, answer)
        page.mouse.move(400, 300)
        page.keyboard.press("Tab")
        harm.count(page)
        harm.screens += 1
    for context in contexts.values():
        context.close()
    return harm


@pytest.mark.gate("S9")
def test_nothing_planted_runs_or_even_becomes_an_element(
    browser: Browser, site: Address, database: Database, gate: Gate
):
    share = gate.size(2, 1)
    screens = SCREENS[gate.seed % share :: share]
    harm = crawl(browser, site, database, screens)
    columns = len(list(poison.columns()))
    gate.report(f"{len(poison.PAYLOADS)} scripts in {columns} columns; {harm}", ok=harm.none)


@pytest.mark.control("S9")
def test_control_without_escaping_the_hunt_finds_them(
    browser: Browser, site: Address, database: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(environment(), "fast_escape", str, raising=False)
    screens = tuple(screen for screen in SCREENS if screen.name in {"deal", "people"})
    harm = crawl(browser, site, database, screens)
    assert harm.elements and harm.reports and harm.requests
    gate.report(f"escaping switched off, {harm}")


def test_words_are_planted_in_every_column_that_holds_words(database: Database):
    """What a person or 1C writes is poisoned; what is left out is named with its reason."""
    known = {f"{column.table.name}.{column.name}" for column in poison.columns()}
    assert {"person.name", "comment.text", "deal.title", "stored_file.media_type", "unit.number"} <= known
    assert not known & set(poison.NO_FREE_TEXT)
