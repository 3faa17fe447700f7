"""Units come in the order of the houses, whatever the order they were entered in."""

from decimal import Decimal

from domain.estate.models import Availability, Building, Floor, Project, Section, Unit, UnitKind
from domain.kernel import clock
from domain.publishing import stock
from domain.publishing.feeds.facts import facts
from domain.publishing.models import ListedKind, Listing, Publication
from tests.world import published


def house(session, project: Project, name: str, position: int) -> None:
    building = Building(project=project, name=name, position=position)
    floor = Floor(section=Section(building=building, number=1), number=1)
    flat = Unit(floor=floor, number="1", area_total=Decimal(40), availability=Availability.ON_SALE, price=1)
    session.add_all([building, floor, flat])
    session.flush()
    session.add(Listing(id=building.id))
    session.flush()
    session.add(ListedKind(listing_id=building.id, kind=UnitKind.FLAT))
    session.flush()


def test_houses_of_a_project_stand_together_in_a_feed(session):
    published.publish(session)
    pine = Project(name="Бор", city="Казань")
    session.add(pine)
    session.flush()
    session.add(Publication(id=pine.id, published=True))
    for name, position in (("А", -1), ("Б", 9)):
        house(session, pine, name, position)

    order = [flat.house.project_id for flat in facts(session, "yandex", now=clock.now())]
    assert len(set(order)) == 2 and order == sorted(order)


def test_a_place_counts_sold_neighbours_and_not_the_numbers_of_1c(session, flat_1, flat_2, flat_3):
    project = published.publish(session)
    flat_1.position, flat_2.position, flat_3.position = 101, 102, 103
    flat_2.availability = Availability.SOLD
    session.flush()

    places = {unit.number: unit.place for unit in stock.read(session, project.id, now=clock.now()).units}
    assert (places["4"], places["1"], places["3"]) == (1, 2, 4)
