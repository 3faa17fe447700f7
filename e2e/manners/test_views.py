"""Looking at units: by keyboard alone, with somebody else at the same flat, and on paper."""

import io
import re

import pypdf
import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session

from e2e.conftest import OpenAs
from e2e.manners.test_every_page import WIDER, complaints
from e2e.pages.screens import BOARD, BOOKED, FOUR, FREE, SELECTION
from tests.fixtures import Database

POINTS_IN_MM = 72 / 25.4
A4, A3 = (297, 210), (420, 297)


@pytest.fixture(scope="module")
def database(crowded: Database) -> Database:
    return crowded


@pytest.fixture
def found(crowded: Database):
    """`found(FREE)`: one row of a question to the base, by names."""

    def one(question: str) -> dict[str, int]:
        with Session(crowded.engine) as session:
            return dict(session.execute(sa.text(question)).mappings().one())

    return one


@pytest.fixture
def board(found) -> str:
    return "/estate/{project_id}/chessboard?building={building}".format(**found(BOARD))


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def floor(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('[role=row]').firstElementChild.textContent")


def entrance(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('section').id")


def test_the_board_is_walked_by_keys_across_its_entrances(open_as: OpenAs, board: str):
    page = open_as("anna")
    page.goto(board)
    page.locator("#grid a.u").first.focus()
    first, top = entrance(page), floor(page)

    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert entrance(page) != first and floor(page) == top
    page.keyboard.press("ArrowLeft")
    assert entrance(page) == first

    page.keyboard.press("PageDown")
    assert int(floor(page)) == int(top) - 5
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    assert focused(page).get_attribute("id") == page.locator("#grid a.u").first.get_attribute("id")

    page.keyboard.press("Control+End")
    assert focused(page).get_attribute("id") == page.locator("#board a.u").last.get_attribute("id")
    page.keyboard.press("Control+Home")
    assert focused(page).get_attribute("id") == page.locator("#grid a.u").first.get_attribute("id")
    page.keyboard.press("ArrowUp")
    assert floor(page) == top


def test_enter_opens_f_filters_and_s_puts_a_star(open_as: OpenAs, board: str):
    page = open_as("anna")
    page.goto(board)
    cell = page.locator("#grid a.u[data-status=free]").last
    number = (cell.get_attribute("id") or "").removeprefix("unit-")
    cell.focus()

    page.keyboard.press("KeyS")
    expect(cell).to_have_class(re.compile("u--star"))
    page.keyboard.press("Enter")
    expect(page.locator(f"#unit-{number}-star button")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("KeyS")
    expect(page.locator(f"#unit-{number}-star button")).to_have_attribute("aria-pressed", "false")
    expect(cell).not_to_have_class(re.compile("u--star"))

    page.keyboard.press("KeyF")
    assert page.evaluate("document.activeElement.closest('form').id") == "filters"


def test_the_list_is_walked_too_and_stars_stand_in_it(open_as: OpenAs, board: str):
    page = open_as("anna")
    page.goto(f"{board}&view=list&status=free")
    links = page.locator("#list a[data-status]")
    links.first.focus()

    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(links.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    expect(links.nth(10)).to_be_focused()

    star = page.locator("#list [data-star]").nth(3)
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("#list [data-star]").nth(3)).to_have_attribute("aria-pressed", "true")
    page.locator("#toasts").evaluate("toasts => toasts.replaceChildren()")
    page.locator("#list [data-star]").nth(3).click()
    expect(page.locator("#list [data-star]").nth(3)).to_have_attribute("aria-pressed", "false")

    links.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#unit-panel h2")).to_be_visible()


def test_who_rests_on_a_unit_reads_why_it_is_not_free(open_as: OpenAs, board: str):
    page = open_as("anna")
    page.goto(f"{board}&view=list&status=sold&status=booked&status=contract")
    unit = page.locator("#list a[data-status]").first
    unit.focus()

    tip = page.locator("#why-tip")
    expect(tip).to_contain_text("Что освободит")
    expect(unit).to_have_attribute("aria-describedby", "why-tip")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()

    page.locator("#list tbody tr").nth(2).hover()
    expect(tip).to_contain_text("Почему не свободно")


def test_two_people_at_one_flat_see_each_other_and_not_themselves(open_as: OpenAs, found):
    unit = "/units/{unit_id}".format(**found(BOOKED))
    anna, maria = open_as("anna"), open_as("maria")
    anna.goto(unit)
    expect(anna.locator(".presence button")).to_have_attribute("aria-pressed", "false")
    anna.wait_for_timeout(300)
    expect(anna.locator(".presence__others")).to_have_count(0)

    maria.goto(unit)
    expect(maria.locator(".presence__others")).to_contain_text("Анна Королёва смотрит")
    expect(anna.locator(".presence__others")).to_contain_text("Мария Лебедева смотрит")

    maria.get_by_role("button", name="Показываю клиенту").click()
    expect(maria.locator(".presence button")).to_have_attribute("aria-pressed", "true")
    expect(anna.locator(".presence__others")).to_contain_text("Мария Лебедева показывает")
    maria.reload()
    expect(maria.locator(".presence button")).to_be_visible()

    maria.goto("/estate")
    expect(anna.locator(".presence__others")).to_have_count(0)


def test_a_unit_shown_to_a_client_is_marked_on_open_boards(open_as: OpenAs, found):
    """While it is shown and no longer; the mark outlives what happens to the board around it."""
    free = found(FREE)
    unit, board = (
        "/units/{unit_id}".format(**free),
        "/estate/{project_id}/chessboard?building={building}".format(**free),
    )
    anna, maria = open_as("anna"), open_as("maria")
    anna.goto(board)
    cell, shown = anna.locator("#unit-{unit_id}".format(**free)), anna.locator(".shown summary")
    expect(shown).to_have_count(0)

    maria.goto(unit)
    maria.get_by_role("button", name="Показываю клиенту").click()
    expect(cell).to_have_class(re.compile("u--shown"))
    expect(cell).to_have_accessible_description(re.compile("Мария Лебедева показывает это помещение клиенту"))
    assert complaints(anna) == []
    anna.evaluate("htmx.trigger('#board', 'live')")
    anna.wait_for_timeout(500)
    expect(cell).to_have_class(re.compile("u--shown"))

    shown.click()
    anna.locator(".shown .menu__item").click()
    expect(anna.locator("#unit-panel .presence__others")).to_contain_text("Мария Лебедева показывает")
    maria.get_by_role("button", name="Показываю клиенту").click()
    expect(cell).not_to_have_class(re.compile("u--shown"))
    expect(shown).to_have_count(0)


def test_a_unit_has_its_page_on_a_phone(open_as: OpenAs, found):
    page = open_as("anna", phone=True)
    page.goto("/units/{unit_id}".format(**found(FREE)))

    expect(page.get_by_role("button", name="Забронировать")).to_be_visible()


def sheets(page: Page) -> list[tuple[str, tuple[int, int]]]:
    """Text and size in millimetres of every page of paper."""
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return [
        (
            " ".join(sheet.extract_text().split()),
            (millimetres(sheet.mediabox.width), millimetres(sheet.mediabox.height)),
        )
        for sheet in paper.pages
    ]


def millimetres(points: float) -> int:
    return round(float(points) / POINTS_IN_MM)


@pytest.mark.parametrize(("paper", "size"), [("a4", A4), ("a3", A3)])
def test_a_building_is_printed_on_one_sheet(open_as: OpenAs, board: str, paper: str, size: tuple[int, int]):
    page = open_as("boris")
    page.goto(board)
    page.evaluate("window.print = () => {}")
    page.locator(".papers summary").click()
    page.locator(f"[data-paper={paper}]").click()
    flats = page.locator("#grid .sec:not(.sec--below) a.u").count()

    printed = sheets(page)
    text, shape = printed[0]
    assert shape == size
    assert all(word in text for word in ("Подъезд 1", "Подъезд 3", "Забронирована")), text
    assert "Борис Громов" in text, "who printed it"
    below = page.locator(".sec--below").count()
    assert len(printed) == 1 + below, f"{flats} flats on {len(printed)} sheets"


def test_letters_of_a_printed_board_can_be_read(open_as: OpenAs, board: str):
    page = open_as("boris")
    page.goto(board)
    page.emulate_media(media="print")

    size = page.locator("#grid a.u").first.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)")
    assert size * 0.75 >= 5, "points"
    clipped = page.locator("#grid a.u").evaluate_all(
        "cells => cells.filter(cell => cell.scrollHeight > cell.clientHeight + 2).length"
    )
    assert clipped == 0


def test_a_comparison_and_a_selection_are_printed_without_their_buttons(open_as: OpenAs, found):
    page = open_as("anna")
    page.goto("/units/comparison?units={units}".format(**found(FOUR)))
    ((text, shape),) = sheets(page)
    assert shape == A4 and "≠" in text and "В подборку" not in text
    assert "Цена за м" in text, text

    page.goto("/selections/{selection_id}".format(**found(SELECTION)))
    ((text, _shape),) = sheets(page)
    assert "Окна во двор" in text and "Сохранить" not in text and "Анна Королёва" in text


def choose(page: Page, board: str, count: int) -> Locator:
    """Several units of the board, by the switch; the bar that says for how much."""
    page.goto(board)
    page.locator("[data-several]").click()
    bar = page.locator("#basket")
    for number in range(count):
        page.locator("#grid a.u[data-status=free]").nth(number).click()
        expect(bar.locator("[data-leave]")).to_have_count(number + 1)
    return bar


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_basket_is_a_slim_bar_that_unfolds(open_as: OpenAs, board: str, width: int):
    page = open_as("anna", phone=True, viewport={"width": width, "height": 844})
    bar = choose(page, board, 3)
    unfold = bar.get_by_role("button", name="Забронировать", exact=True)
    whom = bar.get_by_role("combobox", name="Сделка")
    place = page.locator("#grid a.u").first.bounding_box()

    expect(bar).to_contain_text("Выбрано 3 помещения")
    expect(whom).to_be_hidden()
    assert (bar.bounding_box() or {})["height"] < 844 / 8
    unfold.focus()
    page.keyboard.press("Enter")

    fold = bar.get_by_role("button", name="Свернуть")
    expect(whom).to_be_visible()
    expect(fold).to_be_focused()
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(unfold).to_be_hidden()
    assert page.locator("#grid a.u").first.bounding_box() == place, "the board stays where it is"
    assert page.evaluate(WIDER) == 0
    assert complaints(page) == []

    fold.click()
    expect(whom).to_be_hidden()
    expect(unfold).to_be_focused()
    unfold.click()
    bar.get_by_role("button", name="Забронировать все").click()
    expect(bar).to_contain_text("Выберите сделку")
    expect(whom).to_be_visible()
    bar.get_by_role("button", name="Убрать все").click()
    expect(bar).to_be_hidden()


def test_on_a_desktop_the_basket_is_whole_at_once(open_as: OpenAs, board: str):
    bar = choose(open_as("anna"), board, 2)

    expect(bar.get_by_role("combobox", name="Сделка")).to_be_visible()
    expect(bar.locator("[data-unfold]:visible")).to_have_count(0)
