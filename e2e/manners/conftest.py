"""A page to misbehave with: one quick server in this process, and answers of our own to what it asks."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.conftest import OpenAs
from tests.fixtures import Database, in_use
from tests.servers import Databases

FORM = """document.getElementById("main").insertAdjacentHTML("beforeend",
    '<form id="deed" method="post" hx-post="/nowhere/deed" hx-target="this" hx-swap="innerHTML">' +
    '<input name="words"><button data-busy-label="Бронируем…"><span>Забронировать</span></button></form>');
    htmx.process(document.getElementById("deed"))"""
REGION = """document.getElementById("main").insertAdjacentHTML("beforeend",
    '<div id="region" hx-get="/nowhere/region" hx-trigger="live, click" hx-swap="innerHTML">давнее</div>');
    htmx.process(document.getElementById("region"))"""


@dataclass(frozen=True)
class Address:
    url: str


@pytest.fixture(scope="module")
def database(databases: Databases, template: str) -> Iterator[Database]:
    """One for all: nothing here changes more than a session."""
    with databases.new(template) as url, in_use(url) as database:
        yield database


@pytest.fixture
def site(_address: str, database: Database) -> Address:
    """Nothing is killed here but the line to it."""
    return Address(_address)


@pytest.fixture
def page(open_as: OpenAs) -> Page:
    """Anna's list of flats: a page with the top bar, and little else that moves."""
    page = open_as("anna")
    page.goto("/estate")
    expect(page.locator("h1")).to_be_visible()
    return page


class Answers:
    """What an address of the page answers, in turn, and what it was asked."""

    def __init__(self, page: Page, address: str, *replies: str | dict[str, object]) -> None:
        self.asked: list[dict[str, str]] = []
        self.replies = list(replies)
        page.route(f"**{address}", self.reply)

    def reply(self, route: Route) -> None:
        self.asked.append(route.request.headers)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply == "lost":
            route.abort("connectionfailed")
        elif isinstance(reply, dict):
            route.fulfill(**reply)  # type: ignore[arg-type]
        else:
            route.fulfill(body=reply, content_type="text/html")
