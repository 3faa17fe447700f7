"""A browser that has the board is told so in a line, and shows what it has."""

import re

from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from domain import events
from domain.estate import Building
from e2e.conftest import OpenAs
from jobs.work import unit_of_work
from tests.fixtures import Database


def told(page: Page) -> list[int]:
    """What the server itself answers about chessboards, before the browser's own memory."""
    line, asked, statuses = page.context.new_cdp_session(page), {}, []
    line.on(
        "Network.requestWillBeSent", lambda sent: asked.update({sent["requestId"]: sent["request"]["url"]})
    )
    line.on(
        "Network.responseReceivedExtraInfo",
        lambda got: "chessboard" in asked.get(got["requestId"], "") and statuses.append(got["statusCode"]),
    )
    line.send("Network.enable")
    return statuses


def test_an_unchanged_board_is_not_sent_twice(open_as: OpenAs, database: Database):
    with Session(database.engine) as session:
        building = session.exec(select(Building)).first()
        assert building
    page = open_as("anna")
    statuses = told(page)
    address = f"/estate/{building.project_id}/chessboard?building={building.id}"
    page.goto(address)
    expect(page.locator("#grid")).to_be_visible()
    page.goto(address)
    expect(page.locator("#grid")).to_be_visible()
    assert statuses == [200, 304]

    for _ in range(2):
        with page.expect_response(re.compile("chessboard")), unit_of_work() as session:
            events.announce(session, f"building-{building.id}")

    expect(page.locator("#grid [role=gridcell]").first).to_be_visible()
    assert statuses == [200, 304, 200, 304]
