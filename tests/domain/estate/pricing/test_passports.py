"""The price passport: every component with who and when, frozen by a booking, beside what it is today."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain import estate
from domain.estate import Finish, pricing
from domain.estate.prices import reprice
from domain.estate.pricing import Criteria
from domain.estate.pricing.coefficients import add_coefficient, coefficients, put_back, remove_coefficient
from domain.estate.pricing.models import CoefficientKind, Effect, Rule
from domain.estate.pricing.promotions import add_promotion
from domain.kernel.errors import Invalid, Refused
from tests.domain.estate.pricing.conftest import NOW
from tests.domain.estate.pricing.test_promotions import wanted as promotion


@pytest.fixture
def dearer(session, river, boris):
    """The first floor 2 % cheaper, fine finish 5 % dearer."""

    def add(kind, name, factor, **criteria):
        return add_coefficient(
            session, river, kind=kind, name=name, criteria=Criteria(**criteria), factor=Decimal(factor),
            by=boris, now=NOW,
        )  # fmt: skip

    return [
        add(CoefficientKind.FLOOR, "Первый этаж", "0.98", floor_to=1),
        add(CoefficientKind.FINISH, "Чистовая", "1.05", finish=frozenset({Finish.FINE})),
    ]


def test_every_component_is_named_and_they_come_to_the_price(session, dearer, apply, flat_1, boris):
    document = apply(Rule.BASE, 150_000, step=1000)

    told = pricing.passport(session, flat_1, now=NOW)

    base = 150_000 * flat_1.area_total
    floor = base * Decimal("-0.02")
    finish = (base + floor) * Decimal("0.05")
    whole = base + floor + finish
    assert [(line.kind, line.amount) for line in told.lines[:3]] == [
        ("base", base), ("coefficient", floor), ("coefficient", finish),
    ]  # fmt: skip
    assert told.total == flat_1.price == (whole / 1000).quantize(Decimal(1)) * 1000
    assert [line.title for line in told.lines[:3]] == [
        "150\u00a0000\u00a0₽ за м² × 36,0\u00a0м²", "Первый этаж × 0,98", "Чистовая × 1,05",
    ]  # fmt: skip
    assert told.lines[-1].title == "Прайс № 1" and told.lines[-1].ref == document.id
    assert all((line.by, line.at) == (boris.name, NOW) for line in told.lines if line.kind != "rounding")


def test_a_percent_is_told_on_top_of_what_was(session, dearer, apply, flat_1):
    apply(Rule.BASE, 150_000)
    apply(Rule.PERCENT, 3)

    told = pricing.passport(session, flat_1, now=NOW)

    assert [line.kind for line in told.lines if line.kind != "rounding"] == [
        "base", "coefficient", "coefficient", "list", "list",
    ]  # fmt: skip
    assert told.total == flat_1.price


def test_a_price_of_1c_is_one_line_with_its_moment(session, flat_1):
    reprice(session, {flat_1.id: Decimal(4_444_444)})

    told = pricing.passport(session, flat_1, now=NOW)

    assert [(line.kind, line.amount, line.by) for line in told.lines] == [("onec", Decimal(4_444_444), None)]
    assert told.lines[0].at is not None


def test_a_booking_freezes_the_price_after_promotions(session, river, boris, flat_1, ivanov_deal, anna):
    add_promotion(session, river, promotion(Effect.AMOUNT, 100_000), by=boris, now=NOW)

    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)

    told = pricing.passport(session, flat_1, deal_id=ivanov_deal.id, now=NOW)
    assert booking.price == flat_1.price - 100_000 == told.total
    assert told.badges == ("−5 %",) and told.base == flat_1.price


def test_today_it_would_be(session, river, boris, apply, held, flat_1, ivanov_deal):
    before = held.price
    apply(Rule.AMOUNT, 250_000)
    add_promotion(session, river, promotion(Effect.AMOUNT, 50_000), by=boris, now=NOW)

    found = pricing.held(session, flat_1, deal_id=ivanov_deal.id, now=NOW)

    assert (found.price, found.today, found.difference) == (before, before + 200_000, 200_000)
    assert found.frozen.total == before
    assert pricing.held(session, flat_1, deal_id=ivanov_deal.id, now=held.until) is None


def test_two_coefficients_of_a_kind_never_meet_on_a_unit(session, dearer, river, boris):
    with pytest.raises(Refused, match="1, 2, 3, 4"):
        add_coefficient(
            session, river, kind=CoefficientKind.FLOOR, name="Низ", criteria=Criteria(floor_to=2),
            factor=Decimal("0.9"), by=boris, now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid):
        add_coefficient(
            session, river, kind=CoefficientKind.VIEW, name="", criteria=Criteria(), factor=Decimal(0),
            by=boris, now=NOW,
        )  # fmt: skip


def test_a_removed_one_can_be_put_back_unless_its_place_is_taken(session, dearer, river, boris):
    low = dearer[0]
    remove_coefficient(session, low, by=boris, now=NOW)
    put_back(session, low, by=boris, now=NOW)
    assert [told.coefficient.name for told in coefficients(session, river.id, now=NOW)] == [
        "Первый этаж", "Чистовая",
    ]  # fmt: skip
    remove_coefficient(session, low, by=boris, now=NOW)
    add_coefficient(
        session, river, kind=CoefficientKind.FLOOR, name="Низ", criteria=Criteria(floor_to=2),
        factor=Decimal("0.9"), by=boris, now=NOW,
    )  # fmt: skip

    with pytest.raises(Refused):
        put_back(session, low, by=boris, now=NOW + timedelta(minutes=1))
