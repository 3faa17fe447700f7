"""The board of deals as a person with a mouse, a finger or a keyboard uses it."""

from playwright.sync_api import Locator, Page, expect

ABOVE_THE_COLUMN = 40


class Board:
    def __init__(self, page: Page) -> None:
        self.page = page

    def visit(self, query: str = "") -> "Board":
        self.page.goto(f"/deals{query}")
        expect(self.page.locator("#board")).to_be_visible()
        return self

    def column(self, name: str) -> Locator:
        return self.page.locator(f"[data-stage][data-name='{name}']")

    def card(self, number: int) -> Locator:
        return self.page.locator(f"#deal-{number}")

    def card_in(self, name: str, number: int) -> Locator:
        return self.column(name).locator(f"#deal-{number}")

    def count(self, name: str, count: int) -> None:
        expect(self.column(name)).to_have_attribute("data-count", str(count))

    def lift(self, number: int, over: str) -> None:
        """Take the card by the mouse and bring it over a column, without letting go."""
        card, column = self.card(number).bounding_box(), self.column(over).bounding_box()
        assert card and column
        mouse = self.page.mouse
        mouse.move(card["x"] + card["width"] / 2, card["y"] + card["height"] / 2)
        mouse.down()
        mouse.move(card["x"] + card["width"] / 2 + 20, card["y"] + card["height"] / 2 + 10, steps=3)
        mouse.move(column["x"] + column["width"] / 2, column["y"] + column["height"] / 2, steps=12)

    def drag(self, number: int, to: str) -> None:
        self.lift(number, over=to)
        self.page.mouse.up()

    def focus(self, number: int) -> None:
        self.card(number).locator("a").first.focus()

    def menu(self, number: int) -> Locator:
        """«Переместить…» of the card: the way without dragging."""
        self.card(number).get_by_role("link", name="Переместить…").click()
        return self.page.locator("#dialog")

    def toast(self) -> Locator:
        return self.page.locator("#toasts")

    def refusal(self) -> Locator:
        return self.page.locator("#flash")
