"""Plans and outlines: one of a thing at a time, kept by content, given to other floors, told to boards."""

from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from domain.estate import Floor, Unit, drawings
from domain.estate.drawings import Outline, outlines, plans
from domain.estate.drawings.reading import floor_plans_of, units_of_floor
from domain.events import Event
from domain.files import path_of
from domain.kernel import clock
from domain.kernel.errors import Invalid, Missing, Refused, Stale

NOW = clock.now()
SQUARE = "10,10 40,10 40,50 10,50"


def last(session: Session) -> Event:
    return session.exec(select(Event).order_by(Event.id.desc())).first()


def test_a_unit_shows_its_own_plan_else_that_of_its_layout(session, flat_1, flat_2, picture, admin, river):
    layout = drawings.layouts.add(
        session, river, kind=flat_1.kind, code="С", rooms=0, area_total=flat_1.area_total, by=admin
    )
    drawings.layouts.give(session, layout, [flat_1, flat_2], by=admin)
    common = drawings.put(session, layout, *picture(8), by=admin, now=NOW)
    own = drawings.put(session, flat_1, *picture(9), by=admin, now=NOW)

    assert drawings.plan_of(session, flat_1) == own
    assert drawings.plan_of(session, flat_2) == common
    assert path_of(own.sha256).read_bytes() != path_of(common.sha256).read_bytes()


def test_another_picture_takes_the_place_and_outlines_stay(
    session, floor_plan, flat_1, picture, admin, building
):
    drawings.draw(session, floor_plan, flat_1, points=SQUARE, shown="", by=admin)
    before = floor_plan.sha256

    again = drawings.put(session, flat_1.floor, *picture(20), by=admin, now=NOW)

    assert again.id == floor_plan.id and again.sha256 != before
    assert drawings.place_of(session, flat_1).outlines[flat_1.id][2] == (8.0, 10.0)
    told = last(session)
    assert told.name == "plan.put" and told.topics == [f"building-{building.id}"]


def test_a_plan_taken_off_comes_back_unless_another_took_its_place(session, flat_1, picture, admin):
    plan = drawings.put(session, flat_1, *picture(), by=admin, now=NOW)
    drawings.take_off(session, plan, by=admin, now=NOW)
    assert drawings.plan_of(session, flat_1) is None
    drawings.put_back(session, plan, by=admin)
    assert drawings.plan_of(session, flat_1) == plan

    drawings.take_off(session, plan, by=admin, now=NOW)
    drawings.put(session, flat_1, *picture(9), by=admin, now=NOW)

    with pytest.raises(Refused, match="другой план"):
        drawings.put_back(session, plan, by=admin)


def test_other_floors_get_the_plan_and_the_outlines_of_the_same_places(
    session, floor_plan, flat_1, flat_2, admin
):
    for flat, points in ((flat_1, SQUARE), (flat_2, "50,10 90,10 90,50")):
        drawings.draw(session, floor_plan, flat, points=points, shown="", by=admin)
    third = session.exec(select(Floor).where(Floor.number == 3)).one()
    session.delete(session.exec(select(Unit).where(Unit.floor_id == third.id)).first())
    session.flush()

    assert drawings.spread(session, flat_1.floor, [1, 2, 3, 99], by=admin, now=NOW) == 2
    assert drawings.spread(session, flat_1.floor, [2], by=admin, now=NOW) == 0, "it has one already"

    section = flat_1.floor.section
    second = floor_plans_of(session, section.building_id, 2)[section.id]
    above = session.exec(select(Unit).where(Unit.number == "5")).one()
    assert second.outlines[above.id] == drawings.place_of(session, flat_1).outlines[flat_1.id]
    assert floor_plans_of(session, section.building_id, 3)[section.id].outlines == {}


def test_a_flat_of_two_floors_is_outlined_on_both(session, flat_1, picture, admin):
    flat_1.storeys = 2
    session.flush()
    second = session.exec(select(Floor).where(Floor.number == 2)).one()

    assert flat_1 in units_of_floor(session, second.id)
    plan = drawings.put(session, second, *picture(), by=admin, now=NOW)
    drawings.draw(session, plan, flat_1, points=SQUARE, shown="", by=admin)


def test_a_unit_of_another_floor_is_not_outlined_here(session, floor_plan, admin):
    other = session.exec(select(Unit).where(Unit.number == "5")).one()

    with pytest.raises(Missing):
        drawings.draw(session, floor_plan, other, points=SQUARE, shown="", by=admin)


def test_whoever_draws_over_what_they_have_not_seen_is_told(session, floor_plan, flat_1, admin):
    drawings.draw(session, floor_plan, flat_1, points=SQUARE, shown="", by=admin)

    with pytest.raises(Stale) as no:
        drawings.draw(session, floor_plan, flat_1, points="1,1 5,1 5,9", shown="", by=admin)
    assert no.value.theirs == {"points": SQUARE}

    drawings.draw(session, floor_plan, flat_1, points="", shown=SQUARE, by=admin)
    assert session.exec(select(Outline)).one().points == []
    assert drawings.place_of(session, flat_1).outlines == {}


WRONG = {
    "two corners": "10,10 20,20",
    "the same corner": "10,10 10,10 10,10",
    "no numbers": "10,10 a,b 30,30",
    "one number": "10 20 30",
    "outside": "10,10 120,10 40,50",
    "below nothing": "-1,10 20,10 40,50",
    "a bow": "10,10 50,50 50,10 10,50",
    "a speck": "10,10 10.1,10 10.1,10.1",
    "a line": "10,10 20,20 30,30",
    "too many": " ".join(f"{n},{n % 7}" for n in range(70)),
}


@pytest.mark.parametrize("points", WRONG.values(), ids=WRONG.keys())
def test_an_outline_that_is_none_is_refused_in_words(points):
    with pytest.raises(Invalid) as no:
        outlines.read(points)

    assert no.value.fields["points"]


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=3, max_size=3, unique=True)
)
def test_what_is_written_is_read_back_the_same(corners):
    text = " ".join(f"{Decimal(x) / 100},{Decimal(y) / 100}" for x, y in corners)
    try:
        read = outlines.read(text)
    except Invalid:
        return

    assert outlines.read(outlines.written(read)) == read


def test_a_plan_of_nothing_is_not_kept(session, flat_1, admin):
    before = session.exec(select(drawings.Plan)).all()

    with pytest.raises(Refused):
        drawings.put(session, flat_1, "план.png", BytesIO(), by=admin, now=NOW)

    assert session.exec(select(drawings.Plan)).all() == before
    assert plans.live(session, flat_1) is None
