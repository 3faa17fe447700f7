"""Money of prices, in thousands of cases: lines come to the total, nothing is lost or made by rounding."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.estate.discounts.giving import exceeds
from domain.estate.pricing.components import LIST, Factor, Line, Passport, by_metre, to_step, total
from domain.estate.pricing.models import Effect, Rule
from domain.estate.pricing.rules import Change, Skipped, lines_after, price_after
from domain.estate.pricing.sale import Offer, best, sale

KOPECK = Decimal("0.01")
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LINE = Line(LIST, Decimal(0), "Ноябрь", "Борис Громов", AT, 7, {"number": "7"})
many = settings(max_examples=1500, deadline=None)

prices = st.decimals(Decimal("0.01"), Decimal(900_000_000), places=2)
areas = st.decimals(Decimal(1), Decimal(2_000), places=2)
metres = st.decimals(Decimal(1), Decimal(2_000_000), places=2)
factors = st.lists(
    st.builds(
        Factor,
        name=st.just("Этаж"),
        factor=st.decimals(Decimal("0.5"), Decimal(2), places=4),
        ref=st.just(1),
    ),
    max_size=3,
)
steps = st.sampled_from([Decimal(text) for text in ("0.01", "1", "10", "1000", "10000")])
percents = st.decimals(Decimal(-99), Decimal(300), places=2).filter(bool)
changes = st.one_of(
    st.tuples(st.just(Rule.SET), prices),
    st.tuples(st.just(Rule.PERCENT), percents),
    st.tuples(st.just(Rule.AMOUNT), st.decimals(Decimal(-900_000), Decimal(900_000), places=2)),
    st.tuples(st.just(Rule.METRE), st.decimals(Decimal(-9_000), Decimal(9_000), places=2)),
    st.tuples(st.just(Rule.BASE), metres),
)


def components_after(rule, before, after, made, area, factors):
    known = total(made) if made else None
    goes_on, lines = lines_after(rule, before=before, after=after, made=known, area=area, factors=factors)
    return (*(made if goes_on else ()), *lines)


@many
@given(changes, steps, prices, areas, factors)
def test_what_a_price_is_made_of_comes_to_the_price(change, step, before, area, factors):
    rule = Change(change[0], change[1], step, LINE)
    after = price_after(rule, before=before, area=area, factors=factors)
    if isinstance(after, Skipped):
        return
    lines = components_after(rule, before, after, (Line(LIST, before),), area, factors)

    assert total(lines) == after > 0 and after == after.quantize(KOPECK)
    assert after % step == 0
    assert Passport.from_json(Passport(lines).as_json()) == Passport(lines)


@many
@given(st.lists(st.tuples(changes, steps), min_size=1, max_size=6), prices, areas, factors)
def test_a_row_of_price_lists_still_comes_to_the_price(row, price, area, factors):
    made = ()
    for change, step in row:
        rule = Change(change[0], change[1], step, LINE)
        after = price_after(rule, before=price, area=area, factors=factors)
        if isinstance(after, Skipped):
            continue
        made = components_after(rule, price, after, made, area, factors)
        price = after
        assert total(made) == price


@many
@given(metres, areas, factors, steps)
def test_base_price_by_coefficients(metre, area, factors, step):
    lines = by_metre(metre, area, factors, list_line=LINE, step=step)

    assert lines[0].amount == (metre * area).quantize(KOPECK, rounding="ROUND_HALF_UP")
    assert len([line for line in lines if line.kind == "coefficient"]) == len(factors)
    assert all(line.amount == line.amount.quantize(KOPECK) for line in lines)
    assert total(lines) == to_step(total(line for line in lines if line.kind != "rounding"), step)


offers = st.lists(
    st.one_of(
        st.tuples(st.just(Effect.PERCENT), st.decimals(Decimal("0.01"), Decimal("99.99"), places=2)),
        st.tuples(st.just(Effect.AMOUNT), st.decimals(Decimal("0.01"), Decimal(2_000_000), places=2)),
        st.tuples(st.just(Effect.METRE), st.decimals(Decimal("0.01"), Decimal(20_000), places=2)),
    ).flatmap(
        lambda said: st.booleans().map(
            lambda compatible: Offer(0, "Акция", "−", said[0], said[1], compatible, public=True)
        )
    ),
    max_size=5,
).map(lambda some: [Offer(number, *tuple(vars(one).values())[1:]) for number, one in enumerate(some)])


@many
@given(prices, areas, offers)
def test_promotions_never_add_up_unless_all_of_them_may(price, area, offers):
    counted = best(price, area, offers)
    sold = sale(price, area, offers)

    assert len(counted) < 2 or all(offer.compatible for offer, _off in counted)
    assert len({offer.id for offer, _off in counted}) == len(counted)
    assert sold.price is not None and 0 < sold.price <= price
    assert sold.price - total(sold.lines) == price, "each line says what it took off"


@many
@given(prices, areas, offers)
def test_of_those_that_do_not_add_up_the_better_for_the_client_counts(price, area, offers):
    sold = sale(price, area, offers)

    for offer in offers:
        alone = offer.off(price, area)
        if alone < price and not offer.compatible:
            assert sold.price is not None and sold.price <= price - alone


@many
@given(
    prices,
    st.decimals(Decimal("0.01"), Decimal(50), places=2),
    st.decimals(Decimal(0), Decimal(50), places=2),
)
def test_a_discount_is_within_the_limit_exactly_when_its_amount_is(price, percent, limit):
    amount = (price * percent / 100).quantize(KOPECK, rounding="ROUND_HALF_UP")

    assert exceeds(amount, price, limit) == (amount / price > limit / 100)


def test_the_limit_itself_is_within_it():
    assert not exceeds(Decimal(70_000), Decimal(7_000_000), Decimal(1))
    assert exceeds(Decimal("70000.01"), Decimal(7_000_000), Decimal(1))
