"""The chessboard as a person at a screen uses it."""

import re

from playwright.sync_api import Locator, Page, expect


class Chessboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def visit(self, project: int, building: int) -> "Chessboard":
        self.page.goto(f"/estate/{project}/chessboard?building={building}")
        expect(self.page.locator("#grid")).to_be_visible()
        return self

    def unit(self, number: int) -> Locator:
        return self.page.locator(f"#unit-{number}")

    def cheaper_than(self, millions: str) -> None:
        """Open the price filter and type the upper bound."""
        self.page.locator("#filters summary", has_text="Цена").click()
        self.page.locator("[name=price_to]").fill(millions)
        expect(self.page).to_have_url(re.compile("price_to="))
        self.page.keyboard.press("Escape")

    def open(self, number: int) -> Locator:
        self.unit(number).click()
        panel = self.page.locator("#unit-panel")
        expect(panel.locator(f"[data-unit='{number}']")).to_be_visible()
        return panel

    def book_for_new_client(self, number: int, *, name: str, phone: str, days: str) -> None:
        panel = self.open(number)
        self.type_new_client(panel, name=name, phone=phone)
        panel.get_by_text(days, exact=True).click()
        panel.get_by_role("button", name="Забронировать").click()
        expect(panel.get_by_role("button", name="Снять бронь")).to_be_visible()

    @staticmethod
    def type_new_client(form: Locator, *, name: str, phone: str) -> None:
        form.get_by_role("button", name="Новая сделка").click()
        form.locator("input[name=client]").fill(name)
        form.locator("[name=phone]").fill(phone)

    def deal_of(self, number: int) -> str:
        """The address of the deal the open unit is booked for."""
        link = self.page.locator("#unit-panel a[href^='/deals/']")
        return link.get_attribute("href") or ""
