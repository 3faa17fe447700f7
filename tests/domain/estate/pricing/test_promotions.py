"""Promotions: by the clock alone, told where they meet, counted for the client's good."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import estate
from domain.estate import UnitKind, UnitStatus, pricing
from domain.estate.pricing import Criteria
from domain.estate.pricing.criteria import unit_status, units_of
from domain.estate.pricing.models import Effect, Promotion
from domain.estate.pricing.promotions import (
    Wanted,
    add_promotion,
    edit_promotion,
    end_promotion,
    register,
)
from domain.estate.pricing.sale import asked_today
from domain.events import Event
from domain.kernel.errors import Invalid, Refused, Stale
from tests.domain.estate.pricing.conftest import NOW

DAY = timedelta(days=1)


def wanted(effect=Effect.PERCENT, value=5, **more):
    return Wanted(
        **{
            "name": "Чёрная пятница", "badge": "−5 %", "criteria": Criteria(), "effect": effect,
            "value": Decimal(str(value)), "starts_at": NOW, "ends_at": NOW + DAY, **more,
        }
    )  # fmt: skip


@pytest.fixture
def add(session, river, boris):
    def added(*given, **more):
        return add_promotion(session, river, wanted(*given, **more), by=boris, now=NOW)

    return added


def price_at(session, unit, now):
    return pricing.for_sale(session, [unit.id], now=now)[unit.id].price


def test_it_begins_and_ends_by_the_clock_alone(session, add, flat_1):
    add(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    low = flat_1.price * Decimal("0.95")

    second = timedelta(seconds=1)
    assert price_at(session, flat_1, NOW + DAY - second) == flat_1.price
    assert price_at(session, flat_1, NOW + DAY) == low
    assert price_at(session, flat_1, NOW + 2 * DAY - second) == low
    assert price_at(session, flat_1, NOW + 2 * DAY) == flat_1.price


def test_two_that_do_not_add_up_are_refused_on_the_same_units_by_number(session, add):
    add(criteria=Criteria(floor_to=2))

    with pytest.raises(Refused, match=r"5, 6, 7, 8.*Чёрная пятница"):
        add(name="Новосёлам", criteria=Criteria(floor_from=2))
    add(name="Новосёлам", criteria=Criteria(floor_from=3))
    add(name="Потом", criteria=Criteria(), starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)


def test_compatible_ones_add_up_and_the_better_way_counts(session, add, flat_1):
    add(Effect.AMOUNT, 100_000, compatible=True)
    add(Effect.METRE, 1_000, compatible=True, name="За метр")
    together = 100_000 + 1_000 * flat_1.area_total
    assert price_at(session, flat_1, NOW) == flat_1.price - together

    add(Effect.AMOUNT, together + 1, name="Одна, но больше")
    assert price_at(session, flat_1, NOW) == flat_1.price - together - 1


def test_an_internal_one_is_not_known_outside(session, add, flat_1):
    add(public=False, badge="Своим")

    inside = pricing.for_sale(session, [flat_1.id], now=NOW)[flat_1.id]
    outside = pricing.for_sale(session, [flat_1.id], now=NOW, public=True)[flat_1.id]

    assert (inside.badges, outside.badges) == (("Своим",), ())
    assert outside.price == flat_1.price


def test_a_sale_says_until_when_its_price_holds(session, add, flat_1):
    add(Effect.AMOUNT, 100_000, compatible=True, ends_at=None)
    add(Effect.AMOUNT, 50_000, compatible=True, name="Короткая", ends_at=NOW + DAY)
    add(Effect.AMOUNT, 10_000, name="Слабее всех", ends_at=NOW + DAY / 2)

    assert pricing.for_sale(session, [flat_1.id], now=NOW)[flat_1.id].until == NOW + DAY


def test_one_query_a_batch(session, add, river, queries):
    add()
    units = list(session.exec(select(estate.Unit.id)))
    session.expire_all()

    with queries(1):
        sales = pricing.for_sale(session, units, now=NOW)
    assert len(sales) == len(units) == 12


@pytest.mark.parametrize("seed", range(20))
def test_what_thousands_are_ordered_by_is_what_each_costs(
    session, river, boris, seed, flat_1, ivanov_deal, anna
):
    """Promotions of all sorts, however they meet: one by one, on a board and in SQL the price is the same."""
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)
    chance = random.Random(seed)
    for number in range(chance.randint(0, 6)):
        effect = chance.choice(list(Effect))
        most = {Effect.PERCENT: 60, Effect.AMOUNT: 5_000_000, Effect.METRE: 90_000}[effect]
        value = Decimal(chance.randint(1, most * 100)) / 100
        criteria = Criteria(
            floor_from=chance.choice([None, 1, 2, 3]),
            floor_to=chance.choice([None, None, 3]),
            rooms=chance.choice([frozenset(), frozenset({0, 1}), frozenset({2, 3})]),
            kinds=chance.choice([frozenset(), frozenset({UnitKind.FLAT}), frozenset({UnitKind.PARKING})]),
            status=chance.choice([frozenset(), frozenset({UnitStatus.FREE}), frozenset({UnitStatus.BOOKED})]),
            area_to=chance.choice([None, None, Decimal("40.5")]),
            places=chance.choice([frozenset(), frozenset({1, 2, 3})]),
        )
        some = wanted(effect, value, criteria=criteria, compatible=chance.random() < 0.6)
        made = replace(some, name=f"Акция {number}", public=chance.random() < 0.7)
        session.add(Promotion(project_id=river.id, made_by_id=boris.id, made_at=NOW, **made.fields()))
    session.flush()

    for public in (False, True):
        rows = units_of(estate.Unit.id, asked_today(now=NOW, public=public), now=NOW)
        prices = dict(map(tuple, session.execute(rows)))
        sales = pricing.for_sale(session, prices, now=NOW, public=public)
        assert prices == {unit_id: sale.price for unit_id, sale in sales.items()}
        board = pricing.on_board(session, estate.Building.project_id == river.id, now=NOW, public=public)
        seen = {unit_id: sale for unit_id, sale in board.sales.items() if sale.badges}
        free = session.scalars(units_of(estate.Unit.id, now=NOW).where(unit_status == UnitStatus.FREE.value))
        assert seen == {unit_id: sales[unit_id] for unit_id in free if sales[unit_id].badges}


def test_nothing_for_free(session, add, flat_1):
    with pytest.raises(Refused, match="ноль"):
        add(Effect.AMOUNT, 6_550_000)
    with pytest.raises(Invalid):
        add(Effect.PERCENT, 100)
    with pytest.raises(Invalid):
        add(starts_at=NOW, ends_at=NOW)


def test_the_register_says_whom_it_covers_and_what_it_costs(session, add, river, flat_1, ivanov_deal, anna):
    add(Effect.AMOUNT, 10_000, criteria=Criteria(floor_to=1))
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)

    (told,) = register(session, river.id, now=NOW)

    assert (told.units, told.free, told.off, told.running) == (4, 3, 30_000, True)


def test_ended_it_is_over_at_once_and_boards_are_told(session, add, boris, building, flat_1):
    promotion = add()
    end_promotion(session, promotion, by=boris, now=NOW + timedelta(hours=1))

    assert price_at(session, flat_1, NOW + timedelta(hours=1)) == flat_1.price
    event = session.exec(select(Event).where(Event.name == "promotion.ended")).one()
    assert f"building-{building.id}" in event.topics
    with pytest.raises(Refused):
        end_promotion(session, promotion, by=boris, now=NOW + timedelta(hours=2))


def test_two_who_edit_one(session, add, boris):
    promotion = add()
    edit_promotion(session, promotion, wanted(value=7), version=1, by=boris, now=NOW)

    with pytest.raises(Stale):
        edit_promotion(session, promotion, wanted(value=9), version=1, by=boris, now=NOW)
