"""What was drawn: names of layouts, pictures and outlines of a past day, whoever changed them."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from domain import files
from domain.access import User
from domain.estate import Unit, drawings
from domain.estate.drawings import layouts
from domain.estate.drawings.reading import floor_plans, floor_plans_of
from domain.estate.past.board import read
from domain.estate.past.drawn import picture_of, plan_of, source_of
from domain.estate.past.models import LayoutPeriod, OutlinePeriod, PlanPeriod
from domain.kernel import clock
from domain.kernel.errors import Missing
from domain.tables import metadata
from jobs.work import unit_of_work
from tests.web.walls import uploads

SQUARE, WIDER = "10,10 40,10 40,50 10,50", "10,10 80,10 80,50 10,50"


@pytest.fixture
def admin(session) -> User:
    return session.exec(select(User).where(User.login == "admin")).one()


def moment(database) -> datetime:
    """The database's own clock, after everything committed so far."""
    with database.engine.connect() as connection:
        return connection.execute(sa.text("select clock_timestamp()")).scalar_one()


def picture(side: int):
    return "план.png", BytesIO(uploads.picture("PNG", (side, side)))


class Office:
    """Arranges one flat and its floor, each deed in a transaction of its own; knows when it was done."""

    def __init__(self, database, unit_id: int, admin: User):
        self.database, self.unit_id, self.admin = database, unit_id, admin

    def __call__(self, deed) -> datetime:
        with unit_of_work() as work:
            deed(work, work.get_one(Unit, self.unit_id))
        return moment(self.database)

    def put(self, side: int) -> datetime:
        return self(
            lambda work, unit: drawings.put(work, unit.floor, *picture(side), by=self.admin, now=clock.now())
        )

    def outline(self, points: str, shown: str = "") -> datetime:
        return self(
            lambda work, unit: drawings.draw(
                work, live(work, unit), unit, points=points, shown=shown, by=self.admin
            )
        )


def live(work: Session, unit: Unit) -> drawings.Plan:
    of_floor = select(drawings.Plan).where(drawings.Plan.floor_id == unit.floor_id)
    return work.exec(of_floor).one()


@pytest.fixture
def office(database, flat_1, admin) -> Office:
    return Office(database, flat_1.id, admin)


def test_a_floor_of_a_day_has_the_picture_and_the_outlines_of_that_day(
    database, session, office, building, flat_1
):
    before = moment(database)
    put = office.put(8)
    outlined = office.outline(SQUARE)
    wider = office.outline(WIDER, SQUARE)
    replaced = office.put(20)
    admin = office.admin
    off = office(lambda work, unit: drawings.take_off(work, live(work, unit), by=admin, now=clock.now()))
    back = office(lambda work, unit: drawings.put_back(work, live(work, unit), by=admin))

    def seen(at):
        (plan,) = floor_plans_of(session, building.id, 1, source_of(at)).values() or [None]
        return plan and (plan.width, plan.outlines.get(flat_1.id, [None] * 3)[2])

    assert [seen(at) for at in (before, put, outlined, wider, replaced, off, back)] == [
        None, (8, None), (8, (3.2, 4.0)), (8, (6.4, 4.0)), (20, (16.0, 10.0)), None, (20, (16.0, 10.0)),
    ]  # fmt: skip
    assert floor_plans_of(session, building.id, 1, source_of(back)) == floor_plans_of(session, building.id, 1)


def test_the_files_of_a_past_plan_stay(database, session, office, admin):
    early, late = office.put(8), office.put(20)
    plan = session.exec(select(drawings.Plan)).one()
    was, now_is = (picture_of(session, admin, plan.id, at=at) for at in (early, late))

    assert was.sha256 != now_is.sha256 == plan.sha256
    files.forget_unnamed(session, before=clock.now() + timedelta(days=9))
    for sha256 in (was.sha256, was.thumbnail_sha256):
        assert files.path_of(sha256).read_bytes()
    with database.engine.begin() as owner, pytest.raises(sa.exc.IntegrityError):
        owner.execute(sa.text("delete from stored_file where sha256 = :sha256"), {"sha256": was.sha256})
    with pytest.raises(Missing):
        picture_of(session, admin, plan.id, at=early - timedelta(days=1))


def test_layouts_are_called_as_they_were_and_a_unit_has_the_plan_it_had(
    database, session, office, river, building, flat_1
):
    def add(work, unit):
        project = unit.floor.section.building.project
        layout = layouts.add(
            work, project, kind=unit.kind, code="С", rooms=0, area_total=unit.area_total, by=office.admin
        )
        layouts.give(work, layout, [unit], by=office.admin)
        drawings.put(work, layout, *picture(8), by=office.admin, now=clock.now())

    def rename(work, unit):
        layout = work.get_one(drawings.Layout, unit.layout_id)
        layouts.edit(
            work, layout, version=layout.version, code="Студия", name="С окном", rooms=0,
            area_total=layout.area_total + Decimal(1), by=office.admin,
        )  # fmt: skip

    added, renamed = office(add), office(rename)
    office(lambda work, unit: drawings.put(work, unit, *picture(9), by=office.admin, now=clock.now()))
    common, own = session.exec(select(drawings.Plan.id).order_by(drawings.Plan.id))
    session.refresh(flat_1)

    def cards(at):
        found = layouts.cards(session, read(session, building.id, at=at), source_of(at))
        return [(card.code, card.name, card.plan_id, card.total) for card in found]

    assert cards(added) == [("С", "", common, 1)] and cards(renamed) == [("Студия", "С окном", common, 1)]
    assert layouts.names_of(session, [flat_1.layout_id], source_of(added)) == {flat_1.layout_id: "С"}
    last = moment(database)
    assert [plan_of(session, flat_1.id, flat_1.layout_id, at=at) for at in (added, last)] == [common, own]
    assert cards(last) == [
        (card.code, card.name, card.plan_id, card.total)
        for card in layouts.cards(session, read(session, building.id, at=last))
    ]


CHANGED = (
    ("layout", LayoutPeriod, "name = name || 'а'"),
    ("plan", PlanPeriod, "width = width + 1"),
    ("outline", OutlinePeriod, "points = points || '[[0, 0]]'"),
)


@pytest.mark.parametrize(("table", "period", "change"), CHANGED)
def test_past_the_verbs_too_and_a_transaction_is_one_period(
    database, session, office, flat_1, river, table, period, change
):
    layouts.add(session, river, kind=flat_1.kind, code="С", rooms=0, area_total=Decimal(30), by=None)
    session.commit()
    office.put(8)
    office.outline(SQUARE)

    def periods():
        session.expire_all()
        return session.exec(select(period).order_by(period.id)).all()

    (first,) = periods()
    with database.engine.begin() as owner:
        owner.execute(sa.text(f"update {table} set id = id"))
    assert periods() == [first], "nothing that is shown has changed"
    for _ in range(2):
        with database.engine.begin() as owner:
            owner.execute(sa.text(f"update {table} set {change}"))
            owner.execute(sa.text(f"update {table} set {change}"))

    first, second, third = periods()
    assert first.till == second.since and second.till == third.since and third.till is None
    assert len({first.xid, second.xid, third.xid}) == 3
    with database.engine.begin() as owner:
        for each in ("outline", "plan", "layout"):
            owner.execute(sa.text(f"delete from {each}"))
    assert [one.till is None for one in periods()] == [False] * 3, "it ended, and nothing began"


@pytest.mark.parametrize(
    "statement",
    [floor_plans(1, 1, source_of(clock.now())), layouts.layout_rows(1, source_of(clock.now()))],
    ids=["floor", "layouts"],
)
def test_of_what_is_drawn_a_past_day_asks_only_the_past(statement):
    """Whatever is added to the picture of a floor or to a layout is to be kept too."""
    text = str(statement)
    read_from = {name for name in metadata.tables if f"FROM {name} " in text or f"JOIN {name} " in text}

    assert not read_from & {"plan", "outline", "layout"} and "plan_period" in text
