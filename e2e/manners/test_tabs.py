"""The screens around the chessboard: a row and menus, by keys, on a phone and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import OpenAs
from e2e.manners.test_every_page import NARROWEST, WIDER, complaints
from tests.fixtures import Database

TOUCH_PIXELS = 44
LONGEST = "boris", "/reports/idle-reserve"
"""Who has the most screens, and a long name among them."""


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    return crowded


def shown(page: Page, what: str):
    return page.locator(f".etabs {what}").filter(visible=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_an_open_menu_of_screens_can_be_read_by_everyone(open_as: OpenAs, phone: bool, theme: str):
    login, address = LONGEST
    page = open_as(login, phone=phone, color_scheme=theme)
    page.goto(address)

    current = shown(page, "[aria-current=page]")
    expect(current).to_have_count(1)
    expect(current).to_contain_text("Простой в брони")
    current.click()

    expect(shown(page, ".menu__item[aria-current=page]")).to_have_text("Простой в брони")
    assert complaints(page) == []


def test_a_phone_shows_its_screens_without_a_sideways_scroll(open_as: OpenAs):
    login, address = LONGEST
    page = open_as(login, phone=True)
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    page.goto(address)

    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.querySelector('.etabs'))"
    )
    shown(page, "summary").click()
    touched = [*shown(page, ".etab").all(), *shown(page, ".menu__item").all()]
    assert len(touched) > 10
    assert all(box["height"] >= TOUCH_PIXELS for box in (one.bounding_box() for one in touched) if box)


def test_the_menus_are_walked_by_keys(open_as: OpenAs):
    page = open_as("boris")
    page.goto("/bookings")
    prices = shown(page, "summary").first

    prices.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_text("Цены")
    page.keyboard.press("Escape")
    expect(prices).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/mortgage-programmes$"))


def test_the_menus_open_without_scripts(open_as: OpenAs):
    page = open_as("boris", java_script_enabled=False)
    page.goto("/bookings")

    shown(page, "summary").last.click()
    shown(page, ".menu__item").filter(has_text="Публикация").click()

    expect(page).to_have_url(re.compile("/publication$"))
