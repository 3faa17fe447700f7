"""The chessboard of two thousand units next to the bare SELECT of the same rows and an empty request.

Cold draws every cell anew; warm finds them drawn. The ratio holds on any machine.
"""

import pytest
import sqlalchemy as sa

from domain.estate.chessboard import Filter, chessboard
from domain.estate.models import Building, Floor, Section, Unit
from domain.kernel import clock
from tests.bench.cpu import cpu_of
from web.estate import cells

SECTIONS, FLOORS, PLACES = 10, 25, 8


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


def test_the_board_of_two_thousand_units(open_client, tower, session, database, capsys):
    statement, parameters = the_select(session, tower)
    name = str(database.engine.url.database)
    anna = open_client("anna")
    address = f"/estate/{tower.project_id}/chessboard?building={tower.id}"
    page = anna.get(address)
    assert page.text.count('role="gridcell"') == SECTIONS * FLOORS * PLACES

    with database.engine.connect() as connection:
        raw = connection.connection.cursor()

        def bare_select() -> None:
            raw.execute(statement, parameters)
            assert len(raw.fetchall()) == SECTIONS * FLOORS * PLACES

        bare = cpu_of(bare_select, name)
    empty = cpu_of(lambda: anna.get("/notices/bell"), name)
    warm = cpu_of(lambda: anna.get(address), name)

    def cold_board() -> None:
        cells._drawn.cache_clear()
        anna.get(address)

    cold = cpu_of(cold_board, name)
    floor = bare + empty
    packed = anna.get(address, headers={"Accept-Encoding": "zstd"}).headers["content-length"]
    with capsys.disabled():
        print(
            f"\nchessboard, {SECTIONS * FLOORS * PLACES} units, CPU per request: cold {cold:.1f} ms "
            f"({cold / floor:.1f} x), warm {warm:.1f} ms ({warm / floor:.1f} x) of the floor {floor:.1f} ms "
            f"(SELECT {bare:.1f} + small request {empty:.1f}); "
            f"page {len(page.text.encode()) / 1024:.0f} KB, {int(packed) / 1024:.0f} KB packed"
        )


def the_select(session, building):
    sent = []

    def keep(connection, cursor, statement, parameters, *rest):
        sent.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", keep)
    try:
        chessboard(session, building, Filter(), now=clock.now())
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", keep)
    session.rollback()
    return sent[-1]
