"""Nothing of people, deals and their words is in what anybody gets."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.web.walls import belongings, visits
from tests.web.walls.visits import Persona, Visits
from tests.world.published import SITE


@pytest.fixture(scope="module")
def doors(databases: servers.Databases, template: str) -> Iterator[Visits]:
    with (
        pytest.MonkeyPatch.context() as patch,
        belongings.settled(databases, template) as world,
        visits.visiting(world, patch) as doors,
    ):
        yield doors


def test_no_word_of_anybody_is_in_any_public_answer(doors):
    """Every text column of that world holds a word of its own; see tests/web/walls/belongings.py."""
    token = doors.world.text("feed.token", belongings.HOUSE)
    project = doors.world.id("project", "o")
    addresses = [
        "/public/projects", f"/public/projects/{project}", f"/public/projects/{project}/units",
        "/public/widget.js", f"/public/feeds/yandex.xml?token={token}",
    ]  # fmt: skip
    for address in addresses:
        for headers in ({}, {"origin": SITE}, {"accept": "text/html"}):
            answer = doors.ask(Persona("nobody"), "GET", address, headers=headers)
            assert answer.status == 200, address
            leaked = [word for word in doors.world.canaries if word in answer.text and word != token]
            assert leaked == [], address
            assert "Королёва" not in answer.text and "Борис" not in answer.text
