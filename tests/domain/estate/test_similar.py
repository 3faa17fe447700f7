"""For who came second: free units like the one they lost, the nearest first, each with where it stands."""

from sqlmodel import select

from domain import estate
from domain.estate.models import Building, Floor, Section, Unit
from domain.estate.similar import similar
from domain.kernel import clock


def told(found):
    return [(other.building, other.floor, other.number) for other in found]


def unit_numbered(session, number):
    return session.exec(select(Unit).where(Unit.number == number)).one()


def test_they_are_of_as_many_rooms_the_nearest_in_area_and_price_first(session, flat_2):
    assert told(similar(session, flat_2, now=clock.now())) == [("Дом 1", 2, "6"), ("Дом 1", 3, "10")]


def test_held_and_priceless_ones_are_left_out(session, flat_2, ivanov_deal, anna):
    unit_numbered(session, "10").price = None
    estate.book(
        session, unit_numbered(session, "6"), deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now()
    )

    assert similar(session, flat_2, now=clock.now()) == []


def test_another_building_of_the_project_has_the_same_numbers_and_is_told_apart(session, flat_2, river):
    second = Building(project=river, name="Дом 2")
    floor = Floor(section=Section(building=second, number=1), number=1)
    twin = Unit(
        floor=floor,
        number="2",
        position=2,
        rooms=flat_2.rooms,
        area_total=flat_2.area_total,
        availability=flat_2.availability,
        price=flat_2.price - 1,
    )
    session.add(twin)
    session.flush()

    assert told(similar(session, flat_2, now=clock.now()))[0] == ("Дом 2", 1, "2")
