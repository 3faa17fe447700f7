"""Where units stand on the board: even houses as they come, uneven ones in columns that run through."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.estate.grid import MOST_COLUMNS, arrange, covered
from domain.estate.models import UnitKind

SMALL, LARGE = (1, Decimal(38)), (3, Decimal(80))


@dataclass(frozen=True)
class Stood:
    id: int
    floor: int
    rooms: int = 1
    area: Decimal = Decimal(38)
    position: int = 0
    storeys: int = 1
    kind: UnitKind = UnitKind.FLAT


def floor(number, *looks, first=1, **more):
    """Flats of these rooms and areas, in their order; their numbers go on from floor to floor as 1C's do."""
    return [
        Stood(number * 100 + place, number, *look, position=number * 100 + place, **more)
        for place, look in enumerate(looks, start=first)
    ]


def places(units):
    """The column of each unit, as the grid of a browser would put it: gaps, spans and what reaches down."""
    width, lines = arrange(units)
    busy, found = {}, {}
    for line in lines:
        column = 1
        for place, cell in enumerate(line.cells):
            left = line.gaps[place] if line.gaps else 0
            while column in busy.get(line.floor, set()) or left:
                left -= column not in busy.get(line.floor, set())
                column += 1
            found[cell.id] = column
            for below in covered(cell.floor, cell.storeys)[:-1]:
                busy.setdefault(below, set()).add(column)
            column += line.spans[place] if line.spans else 1
    return width, found


def test_an_even_house_stands_as_it_comes():
    units = [*floor(2, SMALL, LARGE), *floor(1, SMALL, LARGE)]

    width, lines = arrange(units)

    assert width == 2
    assert [(line.floor, [cell.id for cell in line.cells]) for line in lines] == [
        (2, [201, 202]), (1, [101, 102]),
    ]  # fmt: skip
    assert not any(line.gaps or line.spans for line in lines)


def test_a_flat_that_is_missing_leaves_its_place_empty():
    units = [*floor(1, SMALL, LARGE, SMALL), *floor(2, SMALL, LARGE, SMALL), *floor(3, LARGE, SMALL)]

    width, found = places(units)

    assert width == 3
    assert (found[301], found[302]) == (2, 3)


def test_places_that_are_columns_already_are_believed():
    units = [
        Stood(1, 1, position=1),
        Stood(2, 1, position=2),
        Stood(3, 1, position=3),
        Stood(4, 2, position=3),
    ]

    assert places(units)[1] == {1: 1, 2: 2, 3: 3, 4: 3}


def test_numbers_that_grow_from_floor_to_floor_are_not_columns():
    units = [Stood(1, 1, position=1), Stood(2, 1, position=2), Stood(3, 2, position=3)]

    assert places(units)[1][3] == 1


def test_a_flat_of_two_floors_stands_in_the_upper_line_and_nobody_stands_on_it():
    below = [*floor(1, SMALL, SMALL), Stood(103, 1, *LARGE, position=103, storeys=2)]
    units = [*below, *floor(2, SMALL, SMALL)]

    width, lines = arrange(units)

    assert width == 3
    assert [(line.floor, [cell.id for cell in line.cells]) for line in lines] == [
        (2, [201, 202, 103]), (1, [101, 102]),
    ]  # fmt: skip
    assert places(units)[1] == {101: 1, 102: 2, 103: 3, 201: 1, 202: 2}


def test_a_flat_of_two_floors_under_the_roof_makes_a_line_of_its_own():
    _, lines = arrange([*floor(1, SMALL, SMALL), Stood(199, 1, *LARGE, position=199, storeys=2)])

    assert [(line.floor, [cell.id for cell in line.cells], line.gaps) for line in lines] == [
        (2, [199], (2,)), (1, [101, 102], ()),
    ]  # fmt: skip


def test_there_is_no_floor_0():
    assert covered(-1, 3) == [-1, 1, 2]


def test_shops_share_the_width_of_the_flats_above():
    shops = [
        Stood(1, 1, kind=UnitKind.COMMERCIAL, position=1),
        Stood(2, 1, kind=UnitKind.COMMERCIAL, position=2),
    ]

    _, lines = arrange([*shops, *floor(2, SMALL, SMALL, SMALL, LARGE, SMALL)])

    assert lines[-1].spans == (3, 2)


def test_a_corridor_of_many_is_no_columns():
    width, lines = arrange([*floor(1, *[SMALL] * 30), *floor(2, *[SMALL] * 7)])

    assert width == 30 > MOST_COLUMNS
    assert not any(line.gaps for line in lines)


HOUSES = st.lists(
    st.lists(st.tuples(st.sampled_from([SMALL, LARGE]), st.integers(1, 3)), max_size=6),
    min_size=1,
    max_size=6,
)


@given(HOUSES)
def test_whatever_the_house_every_unit_stands_once_and_on_nobody(house):
    units = [
        Stood(number * 100 + place, number, *look, position=number * 100 + place, storeys=storeys)
        for number, there in enumerate(house, start=1)
        for place, (look, storeys) in enumerate(there)
    ]

    width, lines = arrange(units)
    _, found = places(units)

    assert sorted(cell.id for line in lines for cell in line.cells) == sorted(unit.id for unit in units)
    taken = [(found[unit.id], level) for unit in units for level in covered(unit.floor, unit.storeys)]
    assert len(taken) == len(set(taken))
    assert all(1 <= column <= width for column, _ in taken)
    for number, _there in enumerate(house, start=1):
        here = [found[unit.id] for unit in units if unit.floor == number]
        assert here == sorted(here), "left to right as they come"
