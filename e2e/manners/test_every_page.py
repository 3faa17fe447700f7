"""Every screen, in both themes and at every width: readable by everyone, never wider than the glass."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from e2e.conftest import DESK, OpenAs
from e2e.pages.screens import PIECES, SCREENS, Eyes
from tests.fixtures import Database
from tests.gates import Gate
from tests.web.walls.routes import table
from web.bundle import MODULES

AXE = (MODULES / "axe-core/axe.min.js").read_text("utf-8")
FOUND = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: {"label-content-name-mismatch": {enabled: false}},
})).violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`))"""
"""A cell of the chessboard shows «2к 54,3» and is read aloud in whole words: the mismatch is meant."""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TALL = "document.documentElement.scrollHeight"
WIDTHS = (320, 390, 768, 1024, 1440)
NARROWEST = 320


@dataclass(frozen=True)
class Look:
    phone: bool
    theme: str

    def __str__(self) -> str:
        return f"{'phone' if self.phone else 'desk'} {self.theme}"


LOOKS = tuple(Look(phone, theme) for phone in (False, True) for theme in ("light", "dark"))


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    return crowded


def test_every_page_is_known():
    """A new route says what it is: a screen to be looked at, or a piece of one."""
    routes = {route.path for route in table() if route.method == "GET"}
    known = {screen.route for screen in SCREENS} | set(PIECES)
    assert routes - known == set(), "add it to e2e/pages/screens.py"
    assert known - routes == {"/no-such-page"}, "it is gone"


@pytest.mark.gate("L1")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_can_be_read_aloud_and_seen_by_everyone(
    open_as: OpenAs, database: Database, look: Look, gate: Gate
):
    """No violation of WCAG 2.2 AA that a machine can see. In small each look gets a share of the screens."""
    eyes = Eyes(open_as, database, phone=look.phone, color_scheme=look.theme)
    share = gate.size(len(LOOKS), 1)
    screens = SCREENS[(LOOKS.index(look) + gate.seed) % share :: share]
    violations = {screen.name: found for screen in screens if (found := complaints(eyes.look(screen)))}
    told = f": {violations}" if violations else ""
    gate.report(
        f"{len(screens)} screens, {look}: {sum(map(len, violations.values()))} violations{told}",
        ok=not violations,
    )


def complaints(page: Page) -> list[str]:
    """On a glass as tall as the page: what a fixed bar covers for the moment is no fault."""
    if page.viewport_size:
        page.set_viewport_size({**page.viewport_size, "height": page.evaluate(TALL)})
    page.evaluate(AXE)
    return list(page.evaluate(FOUND))


@pytest.mark.gate("L1")
def test_no_page_scrolls_sideways(open_as: OpenAs, database: Database, gate: Gate):
    eyes = Eyes(open_as, database)
    wider = []
    for screen in SCREENS:
        page = eyes.look(screen)
        for width in WIDTHS[: gate.size(2, len(WIDTHS))]:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(WIDER) > 0:
                wider.append(f"{screen.name} at {width}")
        page.set_viewport_size(DESK["viewport"])
    gate.report(
        f"{len(SCREENS)} screens from {NARROWEST} pixels: {len(wider)} scroll sideways {wider or ''}",
        ok=not wider,
    )


@pytest.mark.control("L1")
def test_control_pale_letters_and_a_wide_table_are_seen(browser: Browser, gate: Gate):
    page = browser.new_page(viewport={"width": NARROWEST, "height": 800})
    page.set_content(
        "<!doctype html><html lang=ru><title>Пример</title><main><h1>Пример</h1>"
        "<p style='color:#bbb;background:#fff'>бледно</p><img src='data:,'><p style='width:400px'>широко</p>"
    )
    found = complaints(page)
    assert {line.partition(":")[0] for line in found} >= {"color-contrast", "image-alt"}
    assert page.evaluate(WIDER) > 0
    page.close()
    gate.report(f"a bad page: {len(found)} violations, and it scrolls sideways")
