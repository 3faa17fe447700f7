"""Every kind has its board, list, floors and filters; a flat of two floors is one tall cell."""

import re
from decimal import Decimal

import pytest

from domain.estate import Availability, Floor, Unit, UnitKind
from tests.sites import HTMX


@pytest.fixture
def board(river, building):
    return f"/estate/{river.id}/chessboard?building={building.id}"


@pytest.fixture
def cellar(session, flat_1):
    """Two floors below ground: three parking places, one sold, a storage room; a shop on the first floor."""
    section = flat_1.floor.section
    below = [Floor(section_id=section.id, number=number) for number in (-1, -2)]
    session.add_all(below)
    session.flush()
    on_sale = {
        "availability": Availability.ON_SALE,
        "area_total": Decimal("13.25"),
        "price": Decimal(1_200_000),
    }
    units = [
        Unit(floor_id=below[0].id, kind=UnitKind.PARKING, number="1", position=1, **on_sale),
        Unit(floor_id=below[0].id, kind=UnitKind.PARKING, number="2", position=2, **on_sale),
        Unit(floor_id=below[1].id, kind=UnitKind.PARKING, number="3", position=3,
             **on_sale | {"availability": Availability.SOLD}),
        Unit(floor_id=below[1].id, kind=UnitKind.STORAGE, number="1", position=1, **on_sale),
        Unit(floor_id=flat_1.floor_id, kind=UnitKind.COMMERCIAL, number="1Н", position=9, **on_sale),
    ]  # fmt: skip
    session.add_all(units)
    session.commit()
    return units


def counts(html):
    return {
        status: int(count) for count, status in re.findall(r'data-count="(\d+)" data-status="(\w+)"', html)
    }


def cells(html):
    return set(re.findall(r'<a role="gridcell" id="unit-(\d+)"', html))


def test_a_building_of_flats_alone_has_nothing_to_switch(open_client, board):
    assert 'aria-label="Что продаётся"' not in open_client("anna").get(board).text


def test_each_kind_is_counted_and_shown_on_its_own_board(open_client, board, cellar):
    anna = open_client("anna")
    flats, parking = anna.get(board).text, anna.get(f"{board}&kind=parking").text

    tabs = re.findall(r'kind=(\w+)"[^>]*>([^<]+) <span class="muted">(\d+)', flats)
    assert tabs == [
        ("flat", "Квартиры", "12"), ("parking", "Паркинг", "3"), ("storage", "Кладовые", "1"),
        ("commercial", "Коммерция", "1"),
    ]  # fmt: skip
    assert counts(flats)["free"] == 11 and counts(parking) == {
        "free": 2, "booked": 0, "contract": 0, "sold": 1, "off": 0,
    }  # fmt: skip
    assert cells(parking) == {str(unit.id) for unit in cellar[:3]}
    assert re.findall(r'data-floor="(-?\d+)"', parking) == ["-1", "-2"] and ">−1<" in parking


def test_a_shop_stands_in_the_grid_of_flats_and_is_counted_on_its_own(open_client, board, cellar):
    shop = str(cellar[-1].id)
    html = open_client("anna").get(board).text

    assert shop in cells(html) and len(cells(html)) == 13
    assert cells(open_client("anna").get(f"{board}&kind=commercial").text) == {shop}
    filtered = open_client("anna").get(f"{board}&rooms=1").text
    assert "Подходит 3 из 12" in filtered and re.search(rf'unit-{shop}" class="u s-free no"', filtered)


@pytest.mark.parametrize("kind", ["parking", "storage", "commercial"])
def test_filters_and_the_list_know_the_kind(open_client, board, cellar, kind):
    anna = open_client("anna")
    page = anna.get(f"{board}&kind={kind}&price_to=1,3").text
    listed = anna.get(f"{board}&kind={kind}&view=list").text

    assert 'name="rooms"' not in page and ('name="finish"' in page) is (kind == "commercial")
    assert f'<input type="hidden" name="kind" value="{kind}">' in page
    total = sum(unit.kind.value == kind for unit in cellar)
    assert f"из {total}" in page
    assert len(re.findall(r"<tr><td><a id=\"unit-", listed)) == total and "Комнат</th>" not in listed
    assert "−1 этаж" in anna.get(f"{board}&kind={kind}&view=floor&floor=-1").text or kind != "parking"


def test_nonsense_for_a_kind_shows_the_flats(open_client, board, cellar):
    assert len(cells(open_client("anna").get(f"{board}&kind=castle").text)) == 13


def test_a_flat_of_two_floors_is_one_tall_cell_told_with_both_floors(open_client, board, session, flat_1):
    flat_1.storeys = 2
    session.commit()

    html = open_client("anna").get(board, headers=HTMX).text

    cell = re.search(rf'<a role="gridcell" id="unit-{flat_1.id}" class="([^"]*)"[^>]*>', html)
    assert "u2" in cell[1].split() and 'aria-rowspan="2"' in cell[0] and "этажи 1–2" in cell[0]
    second = re.search(r'data-floor="2".*?data-floor="1"', html, re.DOTALL)[0]
    assert cell[0] in second, "it stands in the line of its upper floor"
    assert "1–2" in open_client("anna").get(f"{board}&view=list", headers=HTMX).text


def test_booking_a_parking_place_is_booking(open_client, board, cellar, session, ivanov_deal):
    anna, place = open_client("anna"), cellar[0]
    answer = anna.post(f"/units/{place.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1})

    assert answer.status_code == 303
    assert counts(anna.get(f"{board}&kind=parking").text)["booked"] == 1
    assert counts(anna.get(board).text)["booked"] == 0
