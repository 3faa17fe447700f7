"""Deals in the browser: dragged, refused, undone, moved by keys and fingers, seen by a colleague at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import OpenAs
from e2e.pages.board import Board
from e2e.pages.deal import DealPage

PROMPTLY = 3000


@pytest.fixture
def number(ivanov_deal) -> int:
    return int(ivanov_deal.id)


def test_a_card_is_dragged_undone_and_another_screen_follows(open_as: OpenAs, number: int):
    boris = Board(open_as("boris")).visit()
    anna = Board(open_as("anna")).visit()

    anna.drag(number, to="Переговоры")

    expect(anna.toast()).to_contain_text("«Переговоры»")
    anna.count("Новый", 0)
    anna.count("Переговоры", 1)
    expect(boris.card_in("Переговоры", number)).to_be_visible(timeout=PROMPTLY)

    anna.page.keyboard.press("Control+KeyZ")

    expect(anna.card_in("Новый", number)).to_be_visible()
    expect(boris.card_in("Новый", number)).to_be_visible(timeout=PROMPTLY)


def test_a_stage_that_is_not_ready_says_so_while_dragging_and_the_card_returns(open_as: OpenAs, number: int):
    board = Board(open_as("anna")).visit()

    board.lift(number, over="Бронь")
    expect(board.column("Бронь")).to_have_class(re.compile("deny"))
    expect(board.column("Переговоры")).not_to_have_class(re.compile("deny"))
    expect(board.column("Бронь").locator("header")).to_have_attribute("data-why", re.compile("^Нужно: "))
    board.page.mouse.up()

    expect(board.card_in("Новый", number)).to_be_visible()
    expect(board.toast()).to_contain_text("Нужно")
    expect(board.column("Бронь")).not_to_have_class(re.compile("deny"))


def test_a_stale_drop_returns_the_card_and_tells_who_was_first(open_as: OpenAs, number: int):
    anna = Board(open_as("anna")).visit()
    anna.card(number).evaluate("card => { card.dataset.version = '7' }")

    anna.drag(number, to="Переговоры")

    expect(anna.refusal()).to_contain_text("Сделка изменилась")
    expect(anna.card_in("Новый", number)).to_have_attribute("data-version", "1")


def test_a_card_comes_back_when_the_server_is_away(open_as: OpenAs, number: int):
    page = open_as("anna")
    board = Board(page).visit()
    page.route("**/moves?*", lambda route: route.fulfill(status=503, body=""))

    board.drag(number, to="Переговоры")

    expect(board.card_in("Новый", number)).to_be_visible()
    expect(board.card(number)).not_to_have_attribute("aria-busy", "true")


def test_keys_move_a_card_and_the_focus_stays_on_it(open_as: OpenAs, number: int):
    board = Board(open_as("anna")).visit()

    board.page.keyboard.press("j")
    expect(board.card(number).locator("a").first).to_be_focused()
    board.page.keyboard.press("Alt+ArrowRight")

    expect(board.card_in("Переговоры", number)).to_have_attribute("data-version", "2")
    expect(board.card(number).locator("a").first).to_be_focused()

    board.page.keyboard.press("Alt+ArrowRight")
    expect(board.toast()).to_contain_text("Бронь. Нужно")
    board.page.keyboard.press("m")
    expect(board.page.locator("#dialog")).to_contain_text("сделка сейчас здесь")


def test_a_finger_moves_a_card_by_its_menu(open_as: OpenAs, number: int):
    board = Board(open_as("anna", phone=True)).visit()

    menu = board.menu(number)
    expect(menu.get_by_role("button", name="Бронь")).to_be_disabled()
    menu.get_by_role("button", name="Переговоры").click()

    board.count("Переговоры", 1)
    expect(menu).not_to_be_visible()
    chip = board.page.locator("[data-stage-chip]", has_text="Переговоры")
    expect(chip).to_contain_text("1")
    chip.click()
    expect(board.card_in("Переговоры", number)).to_be_in_viewport()


def test_a_walk_in_becomes_a_deal_in_three_fields(open_as: OpenAs, number: int):
    page = open_as("anna")
    Board(page).visit()

    page.keyboard.press("c")
    dialog = page.locator("#dialog")
    dialog.locator("[name=phone]").press_sequentially("8 921 123-45")
    expect(dialog).to_contain_text("Возможно, клиент уже есть")
    dialog.locator("[name=phone]").fill("8 921 765-43-21")
    dialog.locator("[name=client]").fill("Петрова Ольга")
    dialog.locator("[name=title]").fill("Студия")
    dialog.locator("[name=amount]").fill("пять")
    dialog.get_by_role("button", name="Завести сделку").click()
    expect(dialog.locator("[name=amount]")).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator("[name=client]")).to_have_value("Петрова Ольга")

    dialog.locator("[name=amount]").fill("5 100 000")
    dialog.get_by_role("button", name="Завести сделку").click()

    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    expect(page.locator("h1")).to_contain_text("Петрова Ольга")


def test_a_card_is_discussed_planned_and_moved(open_as: OpenAs, number: int):
    boris = DealPage(open_as("boris")).visit(number)
    boris.page.locator("textarea[name=text]").fill("Недописанное")
    anna = DealPage(open_as("anna")).visit(number)

    anna.comment("Просит вид на реку")
    expect(boris.timeline).to_contain_text("Просит вид на реку", timeout=PROMPTLY)
    expect(boris.page.locator("textarea[name=text]")).to_have_value("Недописанное")

    anna.plan("Показ квартиры", "2027-01-15T12:00")
    anna.gate.get_by_role("button", name="Перевести дальше").click()
    anna.stage("Переговоры")
    expect(anna.gate).to_contain_text("2 из 3")

    finish_and_undo(anna.page)


def finish_and_undo(page: Page) -> None:
    page.locator(".nexts").get_by_role("button", name="Сделано").click()
    expect(page.locator(".nexts")).to_contain_text("Нет следующего шага")
    page.keyboard.press("Control+KeyZ")
    expect(page.locator(".nexts")).to_contain_text("Показ квартиры")
