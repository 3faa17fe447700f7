"""Money of plans: whatever is divided, the payments are the price to the kopeck, or it is said what lacks."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.kernel.errors import Invalid
from domain.offers import payments
from domain.offers.payments import Payment, Period, Share, Terms

START = date(2026, 11, 28)
prices = st.decimals(min_value="10000", max_value="999999999", places=2)
percents = st.decimals(min_value=0, max_value=99, places=2)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2060, 1, 1))
often = settings(max_examples=250, deadline=None)
MANY = 100_000


def summed(plan: list[Payment]) -> Decimal:
    return sum((payment.amount for payment in plan), Decimal(0))


@often
@given(st.decimals(min_value="0.01", max_value="999999999999.99", places=2), st.integers(1, 120))
def test_equal_parts_are_the_whole_and_differ_by_kopecks(total, count):
    parts = payments.split(total, count)

    assert sum(parts) == total and len(parts) == count
    assert len(set(parts[:-1])) <= 1 and 0 <= parts[-1] - parts[0] < Decimal(count) / 100


@often
@given(
    prices,
    st.one_of(st.tuples(percents, st.none()), st.tuples(st.none(), st.decimals("0.01", "9999", places=2))),
    st.integers(0, 60),
    st.sampled_from(Period),
    st.decimals(min_value=0, max_value=50, places=2),
    days,
)
def test_a_template_divides_any_price_exactly(price, first, count, every, extra, start):
    percent, amount = first
    assume(percent is None or percent > 0)
    terms = Terms(percent, amount, count, every, extra_percent=extra)

    plan = payments.by_terms(price, terms, start=start)

    assert summed(plan) == payments.charged(price, extra)
    assert len(plan) == count + 1 and plan[0].on == start
    assert all(before.on < after.on for before, after in pairwise(plan))
    assert all(payment.amount > 0 for payment in plan)


@often
@given(prices, st.integers(1, 60), days, st.integers(1, 3000))
def test_the_last_payment_falls_on_its_day_and_none_comes_after_it(price, count, start, later):
    last_on = date.fromordinal(start.toordinal() + later)
    terms = Terms(Decimal(30), None, count, last_on=last_on)

    plan = payments.by_terms(price, terms, start=start)

    assert plan[-1].on == last_on and len(plan) <= count + 1
    assert summed(plan) == price


@often
@given(prices, st.lists(st.integers(1, 1_000_000), min_size=2, max_size=24), st.data())
def test_one_changed_payment_moves_the_others_and_the_sum_stays(price, weights, data):
    whole = sum(weights)
    plan = [
        Payment(payments.months_later(START, n), "", payments.rounded(price * weight / whole))
        for n, weight in enumerate(weights)
    ]
    keep = data.draw(st.integers(0, len(plan) - 1))
    written = data.draw(st.decimals(min_value="0.01", max_value=price, places=2))
    plan[keep] = Payment(plan[keep].on, "", written)
    others = plan[:keep] if keep < len(plan) - 1 else []
    try:
        balanced = payments.rebalanced(plan, price, keep=keep)
    except Invalid as no:
        assert summed(others) + written >= price - Decimal(len(plan)) / 100 or "больше нуля" in str(no)
        return

    assert summed(balanced) == price and balanced[keep] == plan[keep]
    assert balanced[: len(others)] == others


@often
@given(prices, st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
def test_shares_that_make_a_hundred_make_the_price(price, weights):
    assume(sum(weights) <= 10_000)
    weights = [*weights, 10_000 - sum(weights)]
    shares = [Share(Decimal(weight) / 100, of_total=True) for weight in weights]

    assert sum(payments.amounts(shares, price)) == price


@often
@given(prices, st.lists(st.decimals(min_value=0, max_value=100, places=2), min_size=1, max_size=9))
def test_shares_that_do_not_are_told_by_how_much(price, written):
    shares = [Share(value, of_total=True) for value in written]
    assume(sum(written) != 100)
    found = payments.amounts(shares, price)
    plan = [Payment(payments.months_later(START, n), "", amount) for n, amount in enumerate(found)]

    assert payments.missing(plan, price) == price - sum(found)
    assert bool(payments.imbalance(plan, price)) == (sum(found) != price)


def test_a_hundred_thousand_prices_are_divided_exactly():
    """The same promises without the search for the worst: many, from a seed."""
    r = Random(2026)
    for _case in range(MANY // 4):
        price = Decimal(r.randrange(1_000_000, 10**11)) / 100
        terms = Terms(Decimal(r.randrange(1, 90)), None, r.randrange(1, 7), r.choice(list(Period)))
        plan = payments.by_terms(price, terms, start=START)
        weights = [r.randrange(1, 1000) for _ in range(3)]
        shares = [Share(Decimal(100 * w) / 1000, of_total=True) for w in weights]
        shares.append(Share(100 - sum(share.value for share in shares), of_total=True))
        moved = payments.rebalanced([Payment(p.on, "", p.amount * 2) for p in plan], price * 2, keep=0)

        assert sum(payments.split(price, r.randrange(1, 40))) == price
        assert summed(plan) == price and summed(moved) == price * 2
        assert sum(payments.amounts(shares, price)) == price


def test_what_is_missing_is_told_in_words():
    plan = [Payment(START, "", Decimal("87654.33"))]

    assert payments.imbalance(plan, Decimal(100_000)).replace("\xa0", " ") == "не хватает 12 345,67 ₽"
    assert payments.imbalance(plan, Decimal(87_000)).replace("\xa0", " ") == "лишние 654,33 ₽"


def test_mixed_lines_leave_the_rest_of_rounding_on_the_last_share():
    shares = [Share(Decimal(500), of_total=False), Share(Decimal("33.3333"), of_total=True)]

    assert payments.amounts(shares, Decimal("750.01")) == [Decimal(500), Decimal("250.00")]


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ([], "от 1 до 120"),
        ([Payment(START, "", Decimal(0))], "Платёж 1 должен быть больше нуля"),
        ([Payment(START, "", Decimal(-5))], "Платёж 1 должен быть больше нуля"),
        ([Payment(START, "", Decimal(4)), Payment(START, "", Decimal(6))], "Платёж 2 не позже предыдущего"),
        ([Payment(START, "", Decimal(9))], "не хватает 1"),
        ([Payment(START, "а" * 101, Decimal(10))], "Название платежа 1 слишком длинное"),
    ],
)
def test_a_plan_that_is_none_is_refused_in_words(plan, sentence):
    with pytest.raises(Invalid, match=sentence):
        payments.checked(plan, Decimal(10))


def test_a_first_payment_above_the_price_and_a_day_that_is_over_are_refused():
    with pytest.raises(Invalid, match="весь"):
        payments.by_terms(Decimal(100), Terms(None, Decimal(100), 3), start=START)
    with pytest.raises(Invalid, match="уже прошёл: 28"):
        payments.by_terms(Decimal(100), Terms(Decimal(10), None, 3, last_on=START), start=START)


def test_months_end_where_they_end():
    assert payments.months_later(date(2027, 10, 31), 4) == date(2028, 2, 29)
    assert payments.months_later(date(2027, 12, 15), 1) == date(2028, 1, 15)
