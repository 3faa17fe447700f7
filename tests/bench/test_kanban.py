"""The board with ten thousand open deals: what a request costs next to the bare SELECT of the same rows.

CPU of this process (site and client together) and of the backends of this database, read from the kernel;
the ratio holds on any machine, the milliseconds are mostly for the eye.
"""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from domain.access.models import User
from domain.deals.board import Lens, board
from domain.kernel import clock
from tests.bench.cpu import cpu_of

DEALS = 10_000

FILL = """
    insert into deal
        (title, amount, stage_id, rank, version, responsible_id, person_id, source, stage_entered_at)
    select 'Квартира ' || n, 4000000 + n, (array[{stages}])[1 + mod(n, {count})], n, 1,
           (array[{people}])[1 + mod(n, 3)], {person}, '', now() - mod(n, 30) * interval '1 day'
    from generate_series(1, {deals}) n;
    insert into task (deal_id, title, due_at, responsible_id)
    select id, 'Позвонить', now() + (mod(id, 200) - 50) * interval '1 hour', responsible_id
    from deal where mod(id, 4) > 0;
    analyze deal; analyze task;
"""


@pytest.fixture
def crowded(database, session, flats, new_stage, talks, booking_stage, anna, maria, timur, ivanov):
    stages = [new_stage.id, talks.id, booking_stage.id]
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            FILL.format(
                stages=",".join(map(str, stages)),
                count=len(stages),
                people=f"{anna.id},{maria.id},{timur.id}",
                person=ivanov.id,
                deals=DEALS,
            )
        )
    return flats


def test_the_board_of_ten_thousand_deals(open_client, crowded, session, database, capsys):
    head = session.exec(select(User).where(User.login == "boris")).one()
    statement, parameters = board_statement(session, head, crowded.id)
    name, first = str(database.engine.url.database), first_stage(session, crowded.id)
    boris = open_client("boris")
    whole = boris.get("/deals")
    assert whole.status_code == 200 and whole.text.count('class="kc"') == 90

    with database.engine.connect() as connection:
        raw = connection.connection.cursor()

        def bare_select() -> None:
            raw.execute(statement, parameters)
            assert len(raw.fetchall()) >= 90

        bare = cpu_of(bare_select, name)
    request = cpu_of(lambda: boris.get("/deals"), name)
    column = cpu_of(lambda: boris.get(f"/deals/stages/{first}"), name)

    with capsys.disabled():
        print(
            f"\nkanban, {DEALS} open deals, CPU per request: board {request:.1f} ms "
            f"({request / bare:.1f} x the bare SELECT of {bare:.1f} ms), one column {column:.1f} ms; "
            f"page {len(whole.content) / 1024:.0f} KB unpacked"
        )


def board_statement(session, user, funnel_id):
    """The very SELECT the board sends."""
    sent = []

    def keep(connection, cursor, statement, parameters, *rest):
        sent.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", keep)
    try:
        board(session, user, funnel_id, Lens(), now=clock.now())
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", keep)
    session.rollback()
    return next(pair for pair in sent if "figures" in pair[0])


def first_stage(session, funnel_id):
    return session.execute(
        sa.text("select min(id) from stage where funnel_id = :funnel"), {"funnel": funnel_id}
    ).scalar_one()
