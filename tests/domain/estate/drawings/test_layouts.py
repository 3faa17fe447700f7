"""Layouts: gathered from the stock, with what is left of each."""

from decimal import Decimal

import pytest
from sqlmodel import select

from domain import estate
from domain.estate import Availability, Project, Unit, UnitKind
from domain.estate.chessboard import Filter, chessboard
from domain.estate.drawings import Layout, layouts
from domain.kernel import clock
from domain.kernel.errors import Invalid, Refused, Stale

NOW = clock.now()


@pytest.fixture
def gathered(session, river, admin):
    layouts.gather(session, river, by=admin)
    return {layout.code: layout for layout in session.exec(select(Layout))}


def test_units_with_the_same_rooms_and_area_get_the_same_layout(session, gathered):
    assert sorted(gathered) == ["1К-48,0", "2К-60,0", "3К-72,0", "С-36,0"]
    units = session.exec(select(Unit)).all()
    assert all(unit.layout_id for unit in units)
    assert {unit.area_total for unit in units if unit.layout_id == gathered["С-36,0"].id} == {Decimal(36)}


def test_gathering_again_changes_nothing_and_takes_in_what_is_new(session, gathered, river, admin, flat_1):
    assert layouts.gather(session, river, by=admin) == 0

    session.add(Unit(floor_id=flat_1.floor_id, number="77", rooms=0, area_total=Decimal(36)))
    session.add(Unit(floor_id=flat_1.floor_id, number="78", rooms=5, area_total=Decimal(200)))
    session.add(Unit(floor_id=flat_1.floor_id, number="1", kind=UnitKind.PARKING, area_total=Decimal(13)))
    session.flush()

    assert layouts.gather(session, river, by=admin) == 2
    assert len(session.exec(select(Layout)).all()) == 5


def test_a_card_says_what_is_left_and_for_how_much(session, gathered, building, flat_1, ivanov_deal, anna):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)
    session.flush()

    cards = {
        card.code: card for card in layouts.cards(session, chessboard(session, building, Filter(), now=NOW))
    }

    studio = cards["С-36,0"]
    assert (studio.total, studio.free, studio.price_from, studio.price_to) == (
        3, 2, Decimal(6_600_000), Decimal(6_650_000),
    )  # fmt: skip
    only = Filter(layout=frozenset({gathered["С-36,0"].id}))
    board = chessboard(session, building, only, now=NOW)
    assert {cell.area for cell in board.fitting} == {Decimal(36)} and len(board.fitting) == 3
    assert [card.code for card in layouts.cards(session, board)] == ["С-36,0"]


def test_what_is_all_gone_comes_last_without_a_price(session, gathered, building):
    for unit in session.exec(select(Unit).where(Unit.rooms == 0)):
        unit.availability = Availability.SOLD
    session.flush()

    *_, last = layouts.cards(session, chessboard(session, building, Filter(), now=NOW))

    assert (last.code, last.free, last.price_from) == ("С-36,0", 0, None)


def test_a_unit_of_another_project_does_not_get_the_layout(session, gathered, admin, flat_1):
    other = Project(name="Другой", city="")
    session.add(other)
    session.flush()
    layout = layouts.add(
        session, other, kind=UnitKind.FLAT, code="X", rooms=0, area_total=Decimal(36), by=admin
    )

    with pytest.raises(Refused, match="другого проекта"):
        layouts.give(session, layout, [flat_1], by=admin)


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", " "), ("code", "х" * 41), ("rooms", -1), ("rooms", 21), ("area_total", None),
     ("area_total", Decimal(0)), ("name", "х" * 201)],
)  # fmt: skip
def test_a_wrong_field_is_told_at_the_field(session, river, admin, field, value):
    told = {"code": "X", "name": "", "rooms": 1, "area_total": Decimal(40)} | {field: value}

    with pytest.raises(Invalid) as no:
        layouts.add(session, river, kind=UnitKind.FLAT, **told, by=admin)

    assert set(no.value.fields) == {field}


def test_two_layouts_of_a_project_have_different_codes(session, gathered, river, admin):
    with pytest.raises(Invalid) as no:
        layouts.add(
            session, river, kind=UnitKind.FLAT, code="С-36,0", rooms=0, area_total=Decimal(1), by=admin
        )
    assert "code" in no.value.fields


def test_a_late_save_sees_both_values(session, gathered, admin):
    layout = gathered["С-36,0"]
    told = {"rooms": 0, "area_total": Decimal(36)}
    layouts.edit(session, layout, version=1, code="С-36", name="Студия", **told, by=admin)

    with pytest.raises(Stale) as no:
        layouts.edit(session, layout, version=1, code="С-36,0", name="", **told, by=admin)

    assert no.value.theirs == {"code": "С-36", "name": "Студия"}
