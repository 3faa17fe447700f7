"""The chessboard of two thousand units next to the bare SELECT of its rows and an empty request.

Cold: nothing of it is drawn yet. Warm: drawn, sent whole. Unchanged: the browser has it. The multiples
hold on any machine.
"""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from domain.estate.chessboard import board_rows
from domain.estate.models import Building, Floor, Section, Unit
from domain.kernel import clock
from tests.bench.processes import web_process
from tests.bench.site import EMPTY, FORGET
from tests.sites import HTMX

SECTIONS, FLOORS, PLACES = 10, 25, 8
UNITS = SECTIONS * FLOORS * PLACES


@pytest.fixture
def tower(database, session, river):
    building = Building(project_id=river.id, name="Башня", position=9)
    session.add(building)
    session.flush()
    for number in range(1, SECTIONS + 1):
        section = Section(building_id=building.id, number=number)
        session.add(section)
        session.flush()
        for storey in range(1, FLOORS + 1):
            floor = Floor(section_id=section.id, number=storey)
            session.add(floor)
            session.flush()
            session.add_all(
                Unit(
                    floor_id=floor.id, number=f"{number}-{storey}-{place}", position=place,
                    rooms=place % 4, area_total=30 + place * 7, availability="on_sale",
                    price=5_000_000 + place * storey * 10_000,
                )
                for place in range(1, PLACES + 1)
            )  # fmt: skip
    session.commit()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("analyze")
    return building


@pytest.mark.gate("B1")
def test_the_board_of_two_thousand_units(gate, database, tower, tmp_path):
    rounds = gate.size(20, 100)
    with web_process(database, tmp_path) as process, process.client("anna") as anna:
        address = f"/estate/{tower.project_id}/chessboard?building={tower.id}"
        page = anna.get(address)
        region = anna.get(address, headers=HTMX)
        assert page.text.count('role="gridcell"') == region.text.count('role="gridcell"') == UNITS

        def changed() -> None:
            with database.engine.begin() as connection:
                connection.execute(sa.update(Unit).where(Unit.number == "1-1-1").values(position=1))

        def after_a_change() -> None:
            changed()
            anna.get(address)

        def asked(headers, status=200):
            def ask() -> None:
                assert anna.get(address, headers=headers).status_code == status

            return ask

        def cold() -> None:
            anna.get(FORGET)
            anna.get(address)

        def has(answer):
            return {"If-None-Match": answer.headers["etag"]}

        page, region = anna.get(address), anna.get(address, headers=HTMX)
        with bare_select(database, tower) as select:
            costs = process.costs(
                {
                    "SELECT": select,
                    "empty": lambda: anna.get(EMPTY),
                    "unchanged region": asked(HTMX | has(region), 304),
                    "unchanged page": asked(has(page), 304),
                    "region": asked(HTMX),
                    "warm": asked({}),
                    "filtered": asked_filters(anna, address),
                    "forget": lambda: anna.get(FORGET),
                    "cold": cold,
                },
                rounds=rounds,
                ours="SELECT",
            )
            costs |= process.costs({"change": changed, "after a change": after_a_change}, rounds=rounds)
    costs["cold"] -= costs.pop("forget")
    costs["after a change"] -= costs.pop("change")
    empty = costs.pop("empty")
    floor = costs.pop("SELECT") + empty

    told = ", ".join(f"{name} {cost:.1f} ms = {cost / floor:.1f} x" for name, cost in costs.items())
    times = costs["unchanged region"] / empty
    gate.report(
        f"{UNITS} units: {told} of the floor {floor:.1f} ms (SELECT + empty {empty:.1f}); "
        f"the unchanged region {times:.2f} x an empty handler; "
        f"page {len(page.content) // 1024} kB of HTML, {page.num_bytes_downloaded / 1024:.0f} kB in gzip",
        ok=costs["cold"] <= 8 * floor and costs["warm"] <= 2 * floor and times <= 1.5,
        cold=costs["cold"] / floor,
        warm=costs["warm"] / floor,
        unchanged=times,
    )


@contextmanager
def bare_select(database, building):
    """The board's own rows by the driver alone."""
    compiled = board_rows().compile(dialect=database.engine.dialect)
    asked = {**compiled.params, "building": building.id, "now": clock.now()}
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()

        def select() -> None:
            cursor.execute(str(compiled), asked)
            assert len(cursor.fetchall()) == UNITS

        yield select


def asked_filters(client, address):
    """Another filter every time: what is drawn is used, what is sent is not kept yet."""
    prices = iter(range(1, 100_000))
    return lambda: client.get(f"{address}&price_from={next(prices) / 1000}", headers=HTMX)
