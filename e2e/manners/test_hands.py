"""What a person is at on any screen stays theirs while its regions look again by themselves.

Walks all screens: a new region, form or fold is among them by itself.
"""

import pytest
from playwright.sync_api import Page

from e2e.conftest import OpenAs
from e2e.pages.screens import SCREENS, Eyes
from tests.fixtures import Database

BEGIN = """() => {
  const all = (what) => [...document.querySelectorAll(`main ${what}`)];
  const folds = all("details:not(.menu)");
  for (const fold of folds) fold.open = !fold.open;
  const fields = all(":is(input:not([type=hidden], [type=radio], [type=file]), textarea, select)")
    .filter((field) => !field.disabled);
  for (const field of fields) {
    if (field.matches("[type=checkbox]")) field.checked = !field.checked;
    else if (field.matches("select")) field.selectedIndex = (field.selectedIndex + 1) % field.options.length;
    else if (field.type === "datetime-local") field.value = "2030-05-06T10:00";
    else field.value = "недописанное";
  }
  const told = () => [
    ...folds.map((one) => [one, one.isConnected && one.open]),
    ...fields.map((one) => [one, one.isConnected && (one.type === "checkbox" ? one.checked : one.value)])];
  const before = told();
  window.taken = () => told().filter(([, now], place) => now !== before[place][1])
    .map(([one]) => one.cloneNode(false).outerHTML);
  return before.length;
}"""
LOOK = """async () => {
  const regions = new Set(document.querySelectorAll("[data-live]"));
  if (!regions.size) return;
  const every = new Promise((done, fail) => {
    setTimeout(() => fail(new Error(`silent: ${[...regions].map((one) => one.id)}`)), 10_000);
    document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
      if (ctx.sourceEvent?.type === "live") regions.delete(ctx.sourceEvent.target);
      if (!regions.size) done();
    });
  });
  for (const region of regions) htmx.trigger(region, "live");
  await every;
}"""
CARELESS = """let real;
Object.defineProperty(window, "htmx", { configurable: true, get: () => real,
  set: (given) => { given.registerExtension = () => {}; real = given; } });"""


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    return crowded


def begun_and_taken(page: Page) -> tuple[int, list[str]]:
    """How many fields and folds a hand was put on, and which of them the regions took back."""
    begun = page.evaluate(BEGIN)
    page.evaluate(LOOK)
    return begun, page.evaluate("taken()")


def test_no_screen_takes_back_what_was_begun_on_it(open_as: OpenAs, database: Database):
    eyes = Eyes(open_as, database)
    found = {screen.name: begun_and_taken(eyes.look(screen)) for screen in SCREENS}

    assert sum(begun for begun, _taken in found.values()) > len(SCREENS)
    assert {name: taken for name, (_begun, taken) in found.items() if taken} == {}


def test_control_a_page_without_the_hands_takes_folds_back(open_as: OpenAs, database: Database):
    def open_careless(*who: str | None, **options: object) -> Page:
        page = open_as(*who, **options)
        page.add_init_script(CARELESS)
        return page

    awaited = next(screen for screen in SCREENS if screen.name == "a unit with a waiting list")
    _begun, taken = begun_and_taken(Eyes(open_careless, database).look(awaited))
    assert any("uline__more" in one for one in taken)
