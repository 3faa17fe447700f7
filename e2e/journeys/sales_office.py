"""A day of a sales office: two managers and their head on the screens of one building."""

import re

from playwright.sync_api import expect

from domain.estate.models import Building, Unit
from e2e.conftest import OpenAs
from e2e.pages.chessboard import Chessboard

PROMPTLY = 3000


def test_three_people_share_one_building(open_as: OpenAs, building: Building, flat_2: Unit):
    anna, maria, boris = (
        Chessboard(open_as(login)).visit(building.project_id, building.id)
        for login in ("anna", "maria", "boris")
    )
    flat = flat_2.id
    everyone = (anna, maria, boris)

    def all_see(status: str) -> None:
        for board in everyone:
            expect(board.unit(flat)).to_have_attribute("data-status", status, timeout=PROMPTLY)

    # In the morning Anna shows the flat to a family; the others see that she does.
    at_anna = anna.open(flat)
    at_anna.get_by_role("button", name="Показываю клиенту").click()
    shown = maria.page.locator(f"#building-{building.id}-shown")
    expect(shown).to_contain_text("Анна Королёва", timeout=PROMPTLY)

    # Maria has a buyer on the telephone. Both type; Anna is quicker, and all boards know.
    at_maria = maria.open(flat)
    maria.type_new_client(at_maria, name="Петрова Нина", phone="+7 921 555-00-11")
    anna.type_new_client(at_anna, name="Соколов Олег", phone="+7 921 555-00-22")
    at_anna.get_by_role("button", name="Забронировать").click()
    expect(at_anna.get_by_role("button", name="Снять бронь")).to_be_visible()
    all_see("booked")

    # Maria is told who was first, and books the flat above with one press, typing nothing again.
    at_maria.get_by_role("button", name="Забронировать").click()
    refusal = at_maria.get_by_role("alert")
    expect(refusal).to_contain_text("Анна Королёва")
    expect(refusal).to_be_focused()
    at_maria.get_by_role("button", name="Забронировать № 6, Дом 1").click()
    expect(at_maria.get_by_role("heading", name="№ 6")).to_be_visible()
    expect(at_maria.get_by_role("button", name="Снять бронь")).to_be_visible()

    # Another buyer of hers wants that very flat, and waits for it.
    at_maria = maria.open(flat)
    line = at_maria.locator(f"#unit-{flat}-line")
    line.get_by_text("Встать в очередь").click()
    maria.type_new_client(line, name="Орлов Денис", phone="+7 921 555-00-33")
    line.get_by_role("button", name="Встать").click()
    expect(at_anna.locator(f"#unit-{flat}-line")).to_contain_text("Мария Л.", timeout=PROMPTLY)

    # Anna's family needs longer than she may give; the head reads why, and agrees.
    at_anna.get_by_text("Попросить руководителя продлить").click()
    at_anna.get_by_role("textbox", name="Зачем").fill("Банк одобряет ипотеку во вторник")
    at_anna.get_by_role("button", name="Спросить").click()
    expect(at_anna.get_by_text("Ждёт решения: Борис Громов")).to_be_visible()
    desk = boris.page
    desk.goto("/approvals")
    desk.get_by_role("link", name=re.compile("Анна Королёва")).click()
    expect(desk.locator("#approval")).to_contain_text("Банк одобряет ипотеку во вторник")
    desk.locator("#approval").get_by_role("button", name="Согласовать").click()
    expect(desk.locator("#approvals-waiting")).to_have_attribute("data-count", "0")

    # The family changes its mind: the flat is offered to the first in its line at once, and she says yes.
    boris.visit(building.project_id, building.id)
    at_anna = anna.open(flat)
    expect(at_anna.get_by_text("Ждёт решения")).to_have_count(0)
    at_anna.get_by_role("button", name="Снять бронь").click()
    expect(at_anna).to_contain_text("Предложено первому в очереди")
    at_maria = maria.open(flat)
    at_maria.get_by_role("button", name="Принять").click()
    expect(at_maria.get_by_role("button", name="Снять бронь")).to_be_visible()
    all_see("booked")

    # In the evening the head sees who holds what, and that the base does not contradict itself.
    expect(boris.open(flat).locator(f"#unit-{flat}-why")).to_contain_text("Мария Лебедева")
    desk.goto("/estate/invariants")
    expect(desk.get_by_role("status").first).to_contain_text("База себе не противоречит")
