"""The deal's card as a person uses it."""

from playwright.sync_api import Locator, Page, expect


class DealPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    def visit(self, number: int) -> "DealPage":
        self.page.goto(f"/deals/{number}")
        expect(self.page.locator(f"#deal-{number}-sheet")).to_be_visible()
        return self

    @property
    def gate(self) -> Locator:
        return self.page.locator(".gate")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("#dialog")

    @property
    def timeline(self) -> Locator:
        return self.page.locator(".tl")

    def stage(self, name: str) -> None:
        expect(self.page.locator("[aria-current=step]")).to_contain_text(name)

    def comment(self, text: str) -> None:
        self.page.locator("textarea[name=text]").fill(text)
        self.page.keyboard.press("Control+Enter")
        expect(self.timeline).to_contain_text(text)

    def plan(self, title: str, due_at: str) -> None:
        self.page.locator(".compose").get_by_role("link", name="Следующий шаг").click()
        self.dialog.locator("[name=title]").fill(title)
        self.dialog.locator("[name=due_at]").fill(due_at)
        self.dialog.get_by_role("button", name="Запланировать").click()
        expect(self.page.locator(".nexts")).to_contain_text(title)
