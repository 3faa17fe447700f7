"""A base that lived before the time machine: its events tell prices and states, the rest is as it is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlmodel import Session

from domain.estate.drawings import layouts
from domain.estate.drawings.reading import floor_plans_of
from domain.estate.past.board import known, read
from domain.estate.past.drawn import source_of
from jobs import migrating
from tests.fixtures import Database

START = datetime(2026, 9, 1, 9, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


WORLD = """
insert into project (id, name, city, position) values (1, 'ЖК', '', 0);
insert into building (id, project_id, name, position) values (1, 1, 'Дом', 0);
insert into section (id, building_id, number) values (1, 1, 1);
insert into floor (id, section_id, number) values (1, 1, 1);
insert into unit (id, floor_id, kind, number, position, rooms, area_total, finish, availability, price) values
    (1, 1, 'flat', '1', 1, 1, 30, 'none', 'sold', 300), (2, 1, 'flat', '2', 2, 1, 30, 'none', 'on_sale', 50),
    (3, 1, 'flat', '3', 3, 1, 30, 'none', 'off', 7);
"""
TOLD = (
    (0, "unit.added", '{"number": "1"}'),
    (0, "unit.repriced", '{"changes": {"price": [null, "100"]}}'),
    (5, "unit.repriced", '{"changes": {"price": ["100", "200"]}}'),
    (7, "unit.availability_changed", '{"changes": {"availability": ["on_sale", "sold"]}}'),
    (9, "unit.repriced", '{"changes": {"price": ["200", "300"]}}'),
)


def test_the_past_is_what_the_events_tell(empty_database: Database):
    with empty_database.engine.begin() as owner:
        before = ScriptDirectory.from_config(migrating.config()).get_revision("0012").down_revision
        command.upgrade(migrating.config(owner), before)
    with empty_database.engine.begin() as owner:
        for statement in filter(str.strip, WORLD.split(";")):
            owner.execute(sa.text(statement))
        event = """insert into event (name, at, subject_kind, subject_id, payload)
                   values (:name, :at, 'unit', 1, cast(:said as jsonb))"""
        for number, name, said in TOLD:
            owner.execute(sa.text(event), {"name": name, "at": day(number), "said": said})
    migrating.migrate(empty_database.engine)

    with Session(empty_database.engine) as session:
        seen = {
            number: {
                cell.number: (cell.price, cell.status.value)
                for cell in read(session, 1, at=day(number)).cells
            }
            for number in (1, 6, 8, 10)
        }
        now = {cell.number: cell for cell in read(session, 1, at=datetime.now(UTC) + timedelta(1)).cells}

    assert [seen[number]["1"] for number in (1, 6, 8, 10)] == [
        (Decimal(100), "free"), (Decimal(200), "free"), (Decimal(200), "sold"), (Decimal(300), "sold"),
    ]  # fmt: skip
    assert "2" not in seen[10], "nothing tells of its past: it begins with the migration"
    assert {number: (cell.price, cell.status.value) for number, cell in now.items()} == {
        "1": (300, "sold"), "2": (50, "free"), "3": (7, "off"),
    }  # fmt: skip


def test_floors_and_layouts_are_known_from_the_day_they_are_kept(empty_database: Database):
    """Until then those of that day stand for all days before, and so it is said."""
    with empty_database.engine.begin() as owner:
        before = ScriptDirectory.from_config(migrating.config()).get_revision("0021").down_revision
        command.upgrade(migrating.config(owner), before)
    with empty_database.engine.begin() as owner:
        for statement in filter(str.strip, WORLD.split(";")):
            owner.execute(sa.text(statement))
        owner.execute(sa.text("update unit set storeys = 2 where id = 1"))
        owner.execute(sa.text("update unit_period set since = since - interval '9 days'"))
        owner.execute(sa.text("delete from unit where id = 3"))
    migrating.migrate(empty_database.engine)
    kept_from = datetime.now(UTC)

    def storeys(at):
        return {cell.number: cell.storeys for cell in read(session, 1, at=at).cells}

    with Session(empty_database.engine) as session:
        long_ago = kept_from - timedelta(days=5)
        assert storeys(long_ago) == {"1": 2, "2": 1, "3": 1}
        told = known(session, 1)
        assert told.arranged > long_ago and kept_from - told.arranged < timedelta(minutes=5)
        session.execute(sa.text("update unit set storeys = 1, price = 1 where id = 1"))
        session.commit()
        assert storeys(datetime.now(UTC) + timedelta(1)) == {"1": 1, "2": 1}
        assert storeys(long_ago) == {"1": 2, "2": 1, "3": 1}
        assert known(session, 1).arranged == told.arranged


DRAWN = """
insert into layout (id, project_id, kind, code, name, rooms, area_total) values
    (1, 1, 'flat', 'С', '', 0, 30);
insert into stored_file (sha256, size, media_type) values ('s', 1, 'image/png');
insert into plan
    (id, floor_id, layout_id, sha256, thumbnail_sha256, media_type, width, height, removed_at) values
    (1, 1, null, 's', 's', 'image/png', 40, 20, null), (2, null, 1, 's', 's', 'image/png', 9, 9, null),
    (3, 1, null, 's', 's', 'image/png', 77, 77, now());
insert into outline (id, plan_id, unit_id, points) values (1, 1, 2, '[[0, 0], [1, 0], [1, 1]]');
"""


def test_what_is_drawn_is_known_from_the_day_it_is_kept(empty_database: Database):
    """Until then what is drawn that day stands for all days before, and so it is said."""
    with empty_database.engine.begin() as owner:
        before = ScriptDirectory.from_config(migrating.config()).get_revision("0024").down_revision
        command.upgrade(migrating.config(owner), before)
    with empty_database.engine.begin() as owner:
        for statement in filter(str.strip, (WORLD + DRAWN).split(";")):
            owner.execute(sa.text(statement))
        owner.execute(sa.text("update unit set layout_id = 1 where id = 2"))
        owner.execute(sa.text("update unit_period set since = since - interval '9 days'"))
    migrating.migrate(empty_database.engine)
    kept_from = datetime.now(UTC)

    def drawn(at):
        (plan,) = floor_plans_of(session, 1, 1, source_of(at)).values()
        (card,) = layouts.cards(session, read(session, 1, at=at), source_of(at))
        return plan.plan_id, plan.width, plan.outlines, card.code, card.plan_id

    with Session(empty_database.engine) as session:
        long_ago = kept_from - timedelta(days=5)
        assert drawn(long_ago) == (1, 40, {2: [(0, 0), (40, 0), (40, 20)]}, "С", 2)
        told = known(session, 1).drawn
        assert told > long_ago and kept_from - told < timedelta(minutes=5)
        session.execute(sa.text("update plan set width = 80 where id = 1"))
        session.execute(sa.text("update layout set code = 'Б'"))
        session.commit()
        assert drawn(datetime.now(UTC) + timedelta(1))[1:4:2] + drawn(long_ago)[1:4:2] == (80, "Б", 40, "С")
        assert known(session, 1).drawn == told


def test_a_base_that_always_kept_them_has_nothing_to_say(session: Session, building):
    told = known(session, building.id)
    assert told.since and told.arranged is None and told.drawn is None
