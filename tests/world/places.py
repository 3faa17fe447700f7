"""Real estate: the project «Речной квартал», building 1, three floors of four flats.

Flats are numbered 1 to 12 upwards; `flat_1` to `flat_3` are free and priced, `flat_off` is not for sale.
"""

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from domain.estate.models import Availability, Building, Finish, Floor, Project, Section, Unit

FLOORS, FLATS_ON_A_FLOOR = 3, 4
OFF = 12


def build(session: Session) -> None:
    river = Project(name="Речной квартал", city="Казань")
    building = Building(project=river, name="Дом 1")
    section = Section(building=building, number=1)
    session.add_all([river, building, section])
    for floor_number in range(1, FLOORS + 1):
        floor = Floor(section=section, number=floor_number)
        session.add_all([floor, *(_flat(floor, place) for place in range(1, FLATS_ON_A_FLOOR + 1))])
    session.flush()


def _flat(floor: Floor, place: int) -> Unit:
    number = (floor.number - 1) * FLATS_ON_A_FLOOR + place
    return Unit(
        floor=floor,
        number=str(number),
        position=place,
        rooms=place - 1,
        area_total=Decimal(24 + place * 12),
        finish=Finish.FINE if place % 2 else Finish.ROUGH,
        availability=Availability.OFF if number == OFF else Availability.ON_SALE,
        price=Decimal(5_000_000 + place * 1_500_000 + floor.number * 50_000),
    )


def _flat_numbered(number: int, name: str) -> Any:
    @pytest.fixture(name=name)
    def flat(session: Session) -> Unit:
        return session.exec(select(Unit).where(Unit.number == str(number))).one()

    return flat


flat_1 = _flat_numbered(1, "flat_1")
flat_2 = _flat_numbered(2, "flat_2")
flat_3 = _flat_numbered(3, "flat_3")
flat_off = _flat_numbered(OFF, "flat_off")


@pytest.fixture
def river(session: Session) -> Project:
    return session.exec(select(Project).where(Project.name == "Речной квартал")).one()


@pytest.fixture
def building(session: Session, river: Project) -> Building:
    return session.exec(select(Building).where(Building.project_id == river.id)).one()
