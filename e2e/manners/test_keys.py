"""Keys: every page says which it knows, they work, and the focus comes back to where it was."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlmodel import Session

from e2e.conftest import OpenAs
from e2e.pages.screens import DEAL, FREE
from tests.fixtures import Database


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    return crowded


@pytest.fixture
def at(crowded: Database):
    """`at("/units/{unit_id}", FREE)`: an address with a row of the base in it."""

    def address(path: str, question: str) -> str:
        with Session(crowded.engine) as session:
            return path.format(**session.execute(sa.text(question)).mappings().one())

    return address


def told(page: Page) -> dict[str, str]:
    """What `?` lists; closed again."""
    page.keyboard.press("?")
    expect(page.locator("#dialog")).to_be_visible()
    keys = page.locator("#dialog dt").all_inner_texts()
    said = page.locator("#dialog dd").all_inner_texts()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    return dict(zip(keys, said, strict=True))


@pytest.mark.parametrize(
    ("here", "does"),
    [
        ("/promotions", "Новая акция"),
        ("/prices", "Новый прайс"),
        ("/payment-templates", "Новый шаблон"),
        ("/mortgage-programmes", "Новая программа"),
        ("/agencies", "Новое агентство"),
        ("/selections", "Новая подборка"),
        ("/companies", "Новая компания"),
    ],
)
def test_c_begins_a_new_one_and_the_list_of_keys_says_so(open_as: OpenAs, here: str, does: str):
    page = open_as("boris")
    page.goto(here)

    assert told(page)["C"] == does
    page.keyboard.press("KeyC")
    expect(page).to_have_url(re.compile(r"/new(\?|$)"))


@pytest.mark.parametrize("here", ["/bookings", "/offers", "/people", "/mortgage-programmes"])
def test_f_goes_to_what_narrows_the_list(open_as: OpenAs, here: str):
    page = open_as("boris")
    page.goto(here)

    assert "F" in told(page)
    page.keyboard.press("KeyF")
    assert page.evaluate("document.activeElement.dataset.hotkey") == "KeyF"


def test_a_unit_is_booked_and_offered_from_the_keyboard(open_as: OpenAs, at):
    page = open_as("anna")
    page.goto(at("/units/{unit_id}", FREE))

    keys = told(page)
    assert keys["B"] == "Для кого" and keys["O"] == "Предложение"
    page.keyboard.press("KeyB")
    expect(page.get_by_role("combobox", name="Сделка")).to_be_focused()
    page.locator("#unit-panel h2").click()
    page.keyboard.press("KeyO")
    expect(page).to_have_url(re.compile("/offers/new"))


def test_the_focus_comes_back_when_a_dialog_closes(open_as: OpenAs, at):
    page = open_as("boris")
    page.goto(at("/deals/{deal_id}", DEAL))

    edit = page.get_by_role("link", name="Изменить", exact=True)
    edit.press("Enter")
    expect(page.locator("#dialog h2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(edit).to_be_focused()
