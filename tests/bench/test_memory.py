"""What a web process weighs when it starts, and after people have worked with it."""

from contextlib import ExitStack

import pytest

from tests.bench.processes import web_process
from tests.bench.test_chessboard import tower  # noqa: F401  a fixture
from tests.sites import HTMX

FILTERS = 40
"""Boards under different filters: what is kept of them is bounded."""


@pytest.mark.gate("B9")
def test_a_web_process_stays_light(gate, database, session, tower, ivanov_deal, flat_1, tmp_path):  # noqa: F811
    asked = gate.size(300, 2000)
    with web_process(database, tmp_path) as process, ExitStack() as opened:
        people = [opened.enter_context(process.client(login)) for login in ("anna", "boris", "olga", "admin")]
        board = f"/estate/{tower.project_id}/chessboard?building={tower.id}"
        addresses = [
            "/", "/deals", "/deals?view=list", f"/deals/{ivanov_deal.id}", "/people", "/companies", "/estate",
            board, f"/units/{flat_1.id}", "/bookings", "/notices", "/search?q=Иванов", "/no-such-page",
        ]  # fmt: skip
        session.rollback()  # what follows is long
        begun = process.memory()
        for number in range(asked):
            client = people[number % len(people)]
            if number % 5:
                answer = client.get(addresses[number % len(addresses)])
            else:
                answer = client.get(f"{board}&price_to={number % FILTERS / 10 + 5}", headers=HTMX)
            assert answer.status_code in {200, 403, 404}, answer.text
        worked = process.memory()

    gate.report(
        f"Rss {begun['Rss']:.0f} MB at the start, {worked['Rss']:.0f} MB after {asked} requests "
        f"(Pss {begun['Pss']:.0f} and {worked['Pss']:.0f})",
        ok=worked["Rss"] <= 150,
        begun=begun["Rss"],
        worked=worked["Rss"],
    )
