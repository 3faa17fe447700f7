"""Browsers for journeys: real Chromium against real processes (`site`), signed in by name."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from e2e import browser as chromium
from tests.sites import Site, passport

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
PATIENCE_MILLISECONDS = 10_000

EXPECTED = re.compile(r"the server responded with a status of (401|403|404|409|422|429|503)")
"""The browser reports refusals as errors; the journeys look at what the person reads instead."""
CUT = re.compile(r"net::ERR_|EventSource's response|htmx:error: Failed to fetch")
"""The site was killed on purpose."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*sandbox, "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@dataclass
class Window:
    """One person's browser window, and what its console complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self, message: ConsoleMessage) -> None:
        told = message.text
        if message.type == "error" and not EXPECTED.search(told) and not CUT.search(told):
            self.complaints.append(told)


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, site: Site) -> Iterator[OpenAs]:
    """`open_as("anna")` or `open_as("anna", phone=True)`: a page of a person already signed in.

    The test fails at its end if a page threw an error or broke the content security policy.
    """
    windows: list[Window] = []

    def open_window(login: str | None = None, *, phone: bool = False, **options: object) -> Page:
        context = new_context(browser, site, phone=phone, **options)
        if login:
            context.add_cookies([cookie(site, login)])
        window = Window(context.new_page())
        window.page.on("console", window.listen)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        windows.append(window)
        return window.page

    yield open_window
    for window in windows:
        window.page.context.close()
    assert [complaint for window in windows for complaint in window.complaints] == []


def new_context(browser: Browser, site: Site, *, phone: bool, **options: object) -> BrowserContext:
    shape = PHONE if phone else DESK
    context = browser.new_context(
        base_url=site.url,
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        **{**shape, **options},  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    return context


def cookie(site: Site, login: str) -> dict[str, str]:
    ((name, value),) = passport(login)["cookies"].items()
    return {"name": name, "value": value, "domain": str(urlsplit(site.url).hostname), "path": "/"}
