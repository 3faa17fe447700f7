"""What a person is at on any screen stays theirs while its regions look again by themselves.

Walks all screens: a new region, form or fold is among them by itself.
"""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page
from sqlmodel import Session

from e2e.conftest import OpenAs
from e2e.pages.screens import SCREENS, Screen
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


@dataclass(frozen=True)
class Address:
    url: str


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    return crowded


@pytest.fixture
def site(_address: str, database: Database) -> Address:
    return Address(_address)


def begun_and_taken(page: Page, address: str) -> tuple[int, list[str]]:
    """How many fields and folds a hand was put on, and which of them the regions took back."""
    page.goto(address)
    begun = page.evaluate(BEGIN)
    page.evaluate(LOOK)
    return begun, page.evaluate("taken()")


def test_no_screen_takes_back_what_was_begun_on_it(open_as: OpenAs, database: Database):
    pages: dict[str | None, Page] = {}
    taken: dict[Screen, list[str]] = {}
    begun = 0
    with Session(database.engine) as session:
        for screen in SCREENS:
            page = pages.get(screen.login) or pages.setdefault(screen.login, open_as(screen.login))
            count, lost = begun_and_taken(page, screen.address(session))
            begun += count
            if lost:
                taken[screen] = lost
    assert begun > len(SCREENS)
    assert not taken


def test_control_a_page_without_the_hands_takes_folds_back(open_as: OpenAs, database: Database):
    page = open_as("boris")
    page.add_init_script(CARELESS)
    awaited = next(screen for screen in SCREENS if screen.name == "a unit with a waiting list")
    with Session(database.engine) as session:
        _, taken = begun_and_taken(page, awaited.address(session))
    assert any("uline__more" in one for one in taken)
