"""What the cards of a column are told by: equal tellings make equal cards, whatever the moment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.deals.cards import Told, moments

MORNING = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
HOURS = st.integers(-40, 60).map(lambda hours: MORNING + timedelta(hours=hours))
AMOUNTS = st.sampled_from([None, Decimal(5), Decimal("5.00"), Decimal("6.1")])


def row(step_at, amount):
    step = ("Позвонить", step_at) if step_at else (None, None)
    return (1, 1, "Студия", amount, 3, MORNING, 4, 5, "Иванов", "Анна", *step, None, None, None)


def told(rows, now, stage="Новый"):
    return Told(tuple(rows), stage, None, (), frozenset(), moments(now))


ROWS = st.lists(st.builds(row, st.none() | HOURS, AMOUNTS), max_size=4)


@given(rows=ROWS, others=ROWS, now=HOURS, later=HOURS)
def test_equal_tellings_make_equal_cards(rows, others, now, later):
    for one, other in ((told(rows, now), told(rows, later)), (told(rows, now), told(others, later))):
        assert one != other or one.cards() == other.cards()


def test_a_step_that_runs_late_is_told_anew_by_the_same_row():
    rows = [row(MORNING + timedelta(hours=1), None)]

    assert told(rows, MORNING) == told(rows, MORNING + timedelta(minutes=59))
    assert told(rows, MORNING) != told(rows, MORNING + timedelta(hours=2))


def test_the_same_rows_are_told_anew_on_another_day_and_on_another_stage():
    rows = [row(None, None)]

    assert told(rows, MORNING) != told(rows, MORNING + timedelta(days=1))
    assert told(rows, MORNING) != told(rows, MORNING, stage="Встреча")
