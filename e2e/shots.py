"""`make shots`: a picture of every screen at 1440 and 390 pixels, and all of them on one sheet a width.

Collected only when named; the pictures are for people, so nothing is compared here.
"""

import shutil
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from e2e.conftest import OpenAs
from e2e.manners.conftest import Address
from e2e.pages.screens import SCREENS, Eyes
from tests.fixtures import Database

FOLDER = Path(__file__).parent.parent / "shots"
COLUMNS = {"1440": 4, "390": 8}
SETTLED_MILLISECONDS = 300


@pytest.fixture
def site(_address: str, crowded: Database) -> Address:
    return Address(_address)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", COLUMNS)
def test_pictures(open_as: OpenAs, browser: Browser, crowded: Database, width: str, theme: str) -> None:
    folder = FOLDER / f"{width}-{theme}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    eyes = Eyes(open_as, crowded, phone=width == "390", color_scheme=theme, device_scale_factor=1)
    for screen in SCREENS:
        page = eyes.look(screen)
        page.wait_for_timeout(SETTLED_MILLISECONDS)
        page.screenshot(path=folder / f"{screen.name}.png")
    sheet(browser, folder, COLUMNS[width])


def sheet(browser: Browser, folder: Path, columns: int) -> None:
    figures = "".join(
        "<figure><img src='{0}.png'><figcaption>{0}</figcaption></figure>".format(escape(screen.name))
        for screen in SCREENS
    )
    style = (
        f"body{{display:grid;grid-template-columns:repeat({columns},1fr);gap:16px;margin:16px;"
        "font:14px sans-serif;background:#888}figure{margin:0}img{width:100%;display:block}"
    )
    index = folder / "index.html"
    index.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{figures}", "utf-8")
    page = browser.new_page(viewport={"width": 2000, "height": 1000})
    page.goto(index.as_uri())
    page.screenshot(path=FOLDER / f"sheet-{folder.name}.png", full_page=True)
    page.close()
