"""Price lists: seen before they are applied, carried out in batches, undone to the kopeck."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from domain import estate
from domain.estate import Availability, Finish, Unit
from domain.estate.models import ListPrice
from domain.estate.prices import reprice
from domain.estate.pricing import lists
from domain.estate.pricing.applying import carry_on, due
from domain.estate.pricing.models import LineState, ListState, PriceListLine, Rule
from domain.estate.pricing.preview import preview
from domain.events import Event
from domain.kernel.errors import Invalid, Refused, Stale
from tests.domain.estate.pricing.conftest import NOW, carried, wanted


def prices(session):
    return dict(session.execute(sa.select(Unit.id, Unit.price).order_by(Unit.id)).all())


def test_a_percent_over_a_filter_and_nothing_else(session, apply, flat_1, flat_2):
    before = prices(session)

    document = apply(Rule.PERCENT, 3, step=1000, finish=frozenset({Finish.FINE}))

    assert document.state is ListState.APPLIED
    assert (before[flat_1.id], flat_1.price) == (6_550_000, 6_747_000), "6 746 500, halves upwards"
    assert flat_2.price == before[flat_2.id]


def test_the_events_say_what_those_of_1c_say_and_by_which_list(session, apply, flat_1, boris, building):
    before = flat_1.price

    document = apply(Rule.AMOUNT, 50_000)

    event = session.exec(
        select(Event).where(Event.name == "unit.repriced", Event.subject_id == flat_1.id)
    ).one()
    assert event.payload == {
        "changes": {"price": [str(before), str(before + 50_000)]},
        "list": {"id": document.id, "number": 1},
    }
    assert (event.actor_id, event.topics, event.subject_kind) == (
        boris.id,
        [f"building-{building.id}"],
        "unit",
    )


def test_the_preview_shows_what_the_deed_does(session, ours, boris, flat_2):
    flat_2.price = None
    session.flush()
    document = lists.draft(session, ours, wanted(Rule.PERCENT, -10, step=100), by=boris, now=NOW)
    seen = preview(session, document, now=NOW)
    shown = {line.unit_id: (line.before, line.after, line.why) for line in seen.every}

    lists.start(session, document, by=boris, now=NOW)
    carried(session, document)

    done = session.exec(select(PriceListLine).where(PriceListLine.list_id == document.id)).all()
    assert {line.unit_id: (line.before, line.after, line.why) for line in done} == shown
    assert seen.skipped == {"not_priced": 1}
    assert seen.sum_after - seen.sum_before == sum(
        line.after - line.before for line in seen.every if not line.why
    )
    assert [line.before for line in preview(session, document, now=NOW).every] == [
        line.before for line in seen.every
    ]


def test_what_is_sold_or_makes_no_price_is_skipped_with_the_reason(session, ours, boris, flat_1, flat_2):
    flat_1.availability, flat_2.price = Availability.SOLD, Decimal(100)
    session.flush()
    document = lists.draft(session, ours, wanted(Rule.AMOUNT, -100), by=boris, now=NOW)

    seen = preview(session, document, now=NOW)

    whys = {line.unit_id: line.why for line in seen.every}
    assert (whys[flat_1.id], whys[flat_2.id]) == ("sold", "not_positive")


def test_a_booking_keeps_its_price_and_the_list_goes_on(session, apply, held, flat_1):
    frozen = held.price

    apply(Rule.PERCENT, 10)

    assert held.price == frozen and flat_1.price == frozen * Decimal("1.1")


def test_killed_between_batches_it_is_gone_on_with(session, ours, boris):
    before = prices(session)
    document = lists.draft(session, ours, wanted(Rule.AMOUNT, 1000), by=boris, now=NOW)
    lists.start(session, document, by=boris, now=NOW)
    assert carry_on(session, document.id, now=NOW, most=5)
    half = sum(price != before[unit] for unit, price in prices(session).items())

    carried(session, document, most=5)

    assert half == 5
    assert prices(session) == {unit: price + 1000 for unit, price in before.items()}
    counted = session.exec(
        select(sa.func.count()).select_from(Event).where(Event.name == "unit.repriced")
    ).one()
    assert counted == len(before)


def test_undo_puts_back_what_nobody_touched_since(session, apply, boris, flat_1, flat_2):
    before = prices(session)
    document = apply(Rule.PERCENT, 7)
    reprice(session, {flat_2.id: Decimal(1_000_000)})

    lists.undo(session, document, by=boris, now=NOW)
    carried(session, document)

    assert prices(session) == before | {flat_2.id: Decimal(1_000_000)}
    states = dict(
        session.execute(
            sa.select(PriceListLine.unit_id, PriceListLine.state).where(PriceListLine.list_id == document.id)
        ).all()
    )
    assert states[flat_2.id] is LineState.KEPT and document.state is ListState.UNDONE


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.decimals(Decimal(-90), Decimal(300), places=2).filter(bool), st.sampled_from(["0.01", "1", "1000"]))
def test_up_by_any_percent_and_undone_returns_exactly(session, apply, boris, percent, step):
    before = prices(session)
    with session.begin_nested() as point:
        document = apply(Rule.PERCENT, percent, step=step)
        lists.undo(session, document, by=boris, now=NOW)
        carried(session, document)
        assert prices(session) == before
        point.rollback()


def test_by_lines_each_unit_has_its_own(session, apply, flat_1, flat_2):
    apply(Rule.LINES, lines={flat_1.id: Decimal(5_500_000), flat_2.id: Decimal(7_700_000)})

    assert (flat_1.price, flat_2.price) == (Decimal(5_500_000), Decimal(7_700_000))


def test_its_date_comes_also_after_the_clock_stood_still(session, ours, boris, flat_1):
    before = flat_1.price
    document = lists.draft(session, ours, wanted(Rule.AMOUNT, 100), by=boris, now=NOW)
    lists.schedule(session, document, at=NOW + timedelta(hours=2), by=boris, now=NOW)

    assert due(session, now=NOW + timedelta(hours=1)) == []
    later = NOW + timedelta(days=3)
    assert due(session, now=later) == [document.id]
    carried(session, document, now=later)

    assert (document.state, flat_1.price) == (ListState.APPLIED, before + 100)


def test_what_can_not_be_applied_at_its_date_is_a_draft_again_and_says_why(session, ours, boris, flat_1):
    document = lists.draft(session, ours, wanted(Rule.AMOUNT, 100, floor_from=1), by=boris, now=NOW)
    lists.schedule(session, document, at=NOW + timedelta(hours=1), by=boris, now=NOW)
    session.execute(sa.update(estate.Floor).values(number=col(estate.Floor.number) - 50))
    later = NOW + timedelta(hours=2)

    carried(session, document, now=later)

    assert document.state is ListState.DRAFT
    event = session.exec(select(Event).where(Event.name == "price_list.recalled")).one()
    assert "не подходит" in event.payload["why"]


def test_price_lists_of_a_project_go_one_after_another(session, ours, boris, flat_1):
    """Interleaved they would leave some units of the one and some of the other."""
    before = flat_1.price
    first, second, later = (
        lists.draft(session, ours, wanted(Rule.SET, value), by=boris, now=NOW)
        for value in (5_000_000, 6_000_000, 7_000_000)
    )
    lists.schedule(session, later, at=NOW + timedelta(hours=1), by=boris, now=NOW)
    lists.start(session, first, by=boris, now=NOW)
    carry_on(session, first.id, now=NOW, most=3)

    with pytest.raises(Refused, match="Прайс № 1"):
        lists.start(session, second, by=boris, now=NOW)
    due_at = NOW + timedelta(hours=2)
    assert due(session, now=due_at) == [first.id, later.id]
    assert not carry_on(session, later.id, now=due_at), "its turn has not come"
    carried(session, first, now=due_at)
    carried(session, later, now=due_at)

    assert before != flat_1.price == Decimal(7_000_000)
    assert second.state is ListState.DRAFT


def test_with_1c_as_the_master_it_is_refused_in_words(session, river, boris):
    document = lists.draft(session, river, wanted(Rule.PERCENT, 1), by=boris, now=NOW)

    with pytest.raises(Refused, match="1С"):
        lists.start(session, document, by=boris, now=NOW)
    with pytest.raises(Refused, match="1С"):
        lists.schedule(session, document, at=NOW + timedelta(days=1), by=boris, now=NOW)


def test_each_state_refuses_what_is_not_its_own(session, apply, boris):
    document = apply(Rule.PERCENT, 1)

    with pytest.raises(Refused, match="уже применён"):
        lists.start(session, document, by=boris, now=NOW)
    with pytest.raises(Refused):
        lists.edit(session, document, wanted(Rule.PERCENT, 2), version=document.version, by=boris)


@pytest.mark.parametrize(
    ("rule", "value", "field"),
    [
        (Rule.SET, 0, "value"), (Rule.BASE, -5, "value"), (Rule.PERCENT, -100, "value"),
        (Rule.PERCENT, 0, "value"), (Rule.LINES, 0, "lines"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(session, ours, boris, rule, value, field):
    with pytest.raises(Invalid) as no:
        lists.draft(session, ours, wanted(rule, value), by=boris, now=NOW)
    assert set(no.value.fields) == {field}


def test_two_who_edit_one_draft(session, ours, boris, olga):
    document = lists.draft(session, ours, wanted(Rule.PERCENT, 1), by=boris, now=NOW)
    lists.edit(session, document, wanted(Rule.PERCENT, 2), version=1, by=boris)

    with pytest.raises(Stale) as no:
        lists.edit(session, document, wanted(Rule.PERCENT, 3), version=1, by=olga)
    assert no.value.theirs == {"value": "2.0000"}


def test_what_1c_sets_forgets_what_the_price_was_made_of(session, apply, flat_1):
    apply(Rule.BASE, 150_000)
    assert session.exec(select(ListPrice).where(ListPrice.unit_id == flat_1.id)).one().components

    reprice(session, {flat_1.id: Decimal(3_000_000)})

    assert session.exec(select(ListPrice).where(ListPrice.unit_id == flat_1.id)).first() is None


def test_a_batch_asks_the_same_few_questions_however_many_units(session, ours, boris, queries, flat_1):
    more = [Unit(floor_id=flat_1.floor_id, number=f"Г{n}", area_total=Decimal(40), price=Decimal(5_000_000))
            for n in range(300)]  # fmt: skip
    session.add_all(more)
    document = lists.draft(session, ours, wanted(Rule.PERCENT, 3), by=boris, now=NOW)
    lists.start(session, document, by=boris, now=NOW)

    with queries(11) as few:
        carry_on(session, document.id, now=NOW, most=10)
    with queries(11) as many:
        carry_on(session, document.id, now=NOW, most=1000)

    assert len(many) <= len(few)
