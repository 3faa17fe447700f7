"""Credits: what a bank would count, to the kopeck."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.errors import Invalid
from domain.offers import mortgages
from domain.offers.mortgages import credit, refusals

TODAY = date(2026, 11, 28)


@dataclass
class Family:
    rate: Decimal = Decimal(6)
    least_down_percent: Decimal = Decimal("20.1")
    longest_months: int = 360
    least_credit: Decimal | None = Decimal(500_000)
    most_credit: Decimal | None = Decimal(12_000_000)
    valid_from: date = date(2026, 1, 1)
    valid_to: date | None = date(2026, 12, 31)


def test_a_known_credit_is_what_banks_count():
    """5 000 000 for 20 years under 6 %: 35 821,55 a month in any bank's calculator."""
    found = credit(Decimal(5_000_000), rate=Decimal(6), months=240)

    assert found.monthly == Decimal("35821.55")
    assert abs(found.interest - 3_597_173) < 10
    assert found.income == Decimal(71_644)


def test_without_a_rate_the_credit_is_just_divided():
    found = credit(Decimal(100), rate=Decimal(0), months=3)

    assert (found.monthly, found.last, found.interest) == (Decimal("33.33"), Decimal("33.34"), 0)


@settings(max_examples=150, deadline=None)
@given(
    st.decimals(min_value="100000", max_value="100000000", places=2),
    st.decimals(min_value=0, max_value=40, places=2),
    st.integers(1, 360),
)
def test_payments_are_the_credit_and_its_interest_exactly(amount, rate, months):
    found = credit(amount, rate=rate, months=months)

    assert found.monthly * (months - 1) + found.last == found.paid
    assert found.interest >= 0 and (rate > 0) == (found.interest > 0)
    # A kopeck a month of rounding, grown by the interest on it.
    growth = (1 + rate / 1200) ** months
    assert abs(found.last - found.monthly) <= Decimal("0.01") * months * growth + Decimal("0.01")


def test_within_the_limits_nothing_is_refused():
    assert not refusals(Family(), price=Decimal(8_000_000), down=Decimal(2_000_000), months=360, on=TODAY)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"down": Decimal(1_000_000)}, "Первый взнос — не меньше 20,1 %, 1 608 000 ₽"),
        ({"months": 361}, "Срок — не больше 30 лет"),
        ({"price": Decimal(20_000_000), "down": Decimal(6_000_000)}, "Кредит — не больше 12 000 000 ₽"),
        ({"price": Decimal(900_000), "down": Decimal(500_000)}, "Кредит — не меньше 500 000 ₽"),
        ({"on": date(2027, 1, 1)}, "Программа закончилась 31.12.2026"),
        ({"on": date(2025, 1, 1)}, "Программа начинается 01.01.2026"),
    ],
)
def test_outside_of_the_limits_it_is_refused_in_words(wanted, sentence):
    usual = {"price": Decimal(8_000_000), "down": Decimal(2_000_000), "months": 240, "on": TODAY}

    assert [told.replace("\xa0", " ") for told in refusals(Family(), **usual | wanted)] == [sentence]


@pytest.mark.parametrize(("down", "months"), [(-1, 12), (100, 12), (10, 0), (10, 601)])
def test_what_no_bank_could_count_with_is_refused(down, months):
    with pytest.raises(Invalid):
        mortgages.checked(price=Decimal(100), down=Decimal(down), months=months)
