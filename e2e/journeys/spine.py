"""The main job on real input: 1C sends flats, Anna books one, Boris sees it, the deal moves, 1C learns.

Everything is the real thing, started as a newcomer starts it (`karkas run` with the demo), 1C included:
the stand-in speaks its protocols over HTTP. Told twice: in peace, and with the web and worker
processes killed in between.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import DESK, PHONE
from e2e.pages.chessboard import Chessboard
from tests.run.conftest import Installation
from tests.run.conftest import installation as installation  # noqa: PLC0414  the fixture, for this journey

PROJECT, HOUSE = 1, "Дом 3, литер В"
UNITS, RESERVATIONS = "Catalog_Помещения", "Document_БронированиеПомещения"
PRICE, PRICE_SHOWN = 7_770_000, "7,77"
SOON_SECONDS = 30


@dataclass(frozen=True)
class Demo:
    """The running installation, seen from outside."""

    url: str
    onec: httpx.Client
    pid: int

    def rows(self, kind: str) -> list[dict[str, Any]]:
        told = self.onec.get("/control/documents", params={"set": kind}).json()
        return told[kind] if isinstance(told, dict) and kind in told else told

    def kill(self, *modules: str) -> None:
        """SIGKILL every process of these kinds; the supervisor has to notice by itself."""
        for child in children(self.pid):
            if any(module in child.words for module in modules):
                os.kill(child.pid, signal.SIGKILL)

    def wait_until_open(self) -> None:
        eventually(lambda: httpx.get(f"{self.url}/health/ready", trust_env=False).status_code == 200)


@dataclass(frozen=True)
class Child:
    pid: int
    words: str


def children(parent: int) -> list[Child]:
    """Processes started by this one, by the kernel's own list."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            ppid = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except (OSError, IndexError, ValueError):
            continue
        if ppid == parent:
            found.append(Child(int(folder.name), words))
    return found


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_SECONDS
    while True:
        try:
            if true():
                return
        except (httpx.HTTPError, KeyError):
            pass
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def demo(installation: Installation) -> Iterator[Demo]:
    installation.settings["KARKAS_DEMO"] = "1"
    port = int(installation.settings["KARKAS_PORT"])
    started = installation.start("run")
    started.wait_for("stand-in of 1C")
    with httpx.Client(base_url=f"http://127.0.0.1:{port + 1}", trust_env=False, timeout=60) as onec:
        running = Demo(f"http://127.0.0.1:{port}", onec, started.process.pid)
        running.wait_until_open()
        eventually(lambda: onec.get("/").status_code == 200)
        yield running
    assert started.end() == 0


@pytest.fixture
def enter(browser: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """A window of a person who signed in by the form."""
    opened = []

    def enter_as(login: str, *, phone: bool = False) -> Page:
        context = browser.new_context(
            base_url=demo.url, locale="ru-RU", timezone_id="Europe/Moscow", **(PHONE if phone else DESK)
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill("karkas")
        page.locator("form.sign-in button").click()
        expect(page).to_have_url(re.compile("/$"))
        return page

    yield enter_as
    for context in opened:
        context.close()


def nothing() -> None:
    """A day on which no process dies."""


@pytest.mark.parametrize("weather", ["in peace", "with web and worker killed in between"])
def test_1c_sends_a_flat_a_manager_books_it_the_deal_moves_and_1c_learns_of_it(
    demo: Demo, enter: Callable[..., Page], weather: str
):
    trouble = nothing if weather == "in peace" else lambda: strike(demo)
    flat = next(
        row
        for row in demo.rows(UNITS)
        if (row["Дом"], row["ВидПомещения"], row["СтатусПомещения"]) == (HOUSE, "Квартира", "Свободна")
        and not any(held["Помещение_Key"] == row["Ref_Key"] for held in demo.rows(RESERVATIONS))
    )
    anna, boris = enter("anna"), enter("boris")
    building = building_called(anna, HOUSE)
    unit = unit_numbered(anna, building, flat["НомерПомещения"])
    flats_before = anna.locator("#grid a.u").count()

    board_of_boris = Chessboard(boris).visit(PROJECT, building)
    sell_from_1c(demo, flat["Ref_Key"])
    expect(board_of_boris.unit(unit)).to_contain_text(PRICE_SHOWN, timeout=SOON_SECONDS * 1000)
    expect(boris.locator("#grid a.u")).to_have_count(flats_before + 2)

    board = Chessboard(anna).visit(PROJECT, building)
    board.cheaper_than("7,8")
    expect(board.unit(unit)).not_to_have_class(re.compile(r"\bno\b"))
    trouble()
    board.book_for_new_client(unit, name="Журавлёва Нина", phone="8 921 700-11-22", days="3 дня")
    deal = board.deal_of(unit)

    expect(board_of_boris.unit(unit)).to_have_attribute("data-status", "booked", timeout=SOON_SECONDS * 1000)
    trouble()

    on_the_way = enter("anna", phone=True)
    on_the_way.goto(deal)
    move_on(on_the_way)

    eventually(
        lambda: (
            [(held["Статус"], held["Posted"]) for held in reservations_of(demo, flat["Ref_Key"])]
            == [("Активна", True)]
        )
    )
    (held,) = reservations_of(demo, flat["Ref_Key"])
    assert float(held["Цена"]) == PRICE


def sell_from_1c(demo: Demo, ref: str) -> None:
    """In 1C: a new price, two new flats, and the exchange with the site is started."""
    demo.onec.post(f"/units/{ref}", data={"price": str(PRICE), "status": "Свободна"})
    demo.onec.post("/control/units", json={"count": 2}).raise_for_status()
    log = demo.onec.post("/control/exchange", json={"mode": "changes"})
    assert log.status_code == 200, log.text


def strike(demo: Demo) -> None:
    demo.kill("web.run.site", "jobs.worker")
    demo.wait_until_open()


def building_called(page: Page, name: str) -> int:
    page.goto(f"/estate/{PROJECT}/chessboard")
    href = page.locator("a.menu__item", has_text=name).get_attribute("href") or ""
    return int(href.rpartition("=")[2])


def unit_numbered(page: Page, building: int, number: str) -> int:
    """The id of the flat: its cell is found by what it says to the ear."""
    Chessboard(page).visit(PROJECT, building)
    cell = page.locator(f"a.u[aria-label^='Квартира {number},']")
    return int((cell.get_attribute("id") or "").removeprefix("unit-"))


def reservations_of(demo: Demo, ref: str) -> list[dict[str, Any]]:
    return [row for row in demo.rows(RESERVATIONS) if row["Помещение_Key"] == ref]


def move_on(page: Page) -> None:
    """The card says what blocks the next stage; the step is planned; the deal moves."""
    gate = page.locator(".gate")
    expect(gate).to_contain_text("Что мешает перейти в «Потребность выяснена»")
    gate.get_by_role("link", name="Запланировать").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=title]").fill("Позвонить: ипотека или рассрочка")
    dialog.locator("[name=due_at]").fill("2030-01-15T12:00")
    dialog.get_by_role("button", name="Запланировать").click()
    expect(gate).to_contain_text("Можно переводить в «Потребность выяснена»")
    gate.get_by_role("button", name="Перевести дальше").click()
    expect(gate).to_contain_text("Можно переводить в «Показ проведён»")
