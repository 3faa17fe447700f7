"""A deal knows when its nearest open step is due, whoever changes its steps, however many at once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from domain import activities, deals
from domain.activities.models import Task
from domain.deals.models import Deal
from jobs import work

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WRONG = """
    select count(*) from deal where step_at is distinct from (
      select min(due_at) from task where deal_id = deal.id and done_at is null)
"""
DEEDS = st.lists(st.tuples(st.sampled_from(["plan", "postpone", "finish", "reopen"]), st.integers(1, 9)))


def wrong(session) -> int:
    session.flush()
    return session.execute(sa.text(WRONG)).scalar_one()


def do(session, deed, hours, *, deal, by):
    later = NOW + timedelta(hours=hours)
    tasks = session.exec(select(Task).where(Task.deal_id == deal.id).order_by(Task.id)).all()
    some = [task for task in tasks if (task.done_at is not None) == (deed == "reopen")]
    if deed == "plan":
        activities.plan(session, deal, title="Позвонить", due_at=later, by=by, now=NOW)
    elif some:
        task = some[hours % len(some)]
        {
            "postpone": lambda: activities.postpone(session, task, due_at=later, by=by, now=NOW),
            "finish": lambda: activities.finish(session, task, by=by, now=NOW),
            "reopen": lambda: activities.reopen(session, task, by=by),
        }[deed]()


@given(deeds=DEEDS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_it_is_the_nearest_after_any_deeds(session, ivanov_deal, anna, deeds):
    for deed, hours in deeds:
        do(session, deed, hours, deal=ivanov_deal, by=anna)
        assert wrong(session) == 0


def test_a_step_that_goes_to_another_deal_or_away_is_told_to_both(session, deals_of_anna, anna):
    one, other = deals_of_anna
    step = activities.plan(session, one, title="Показ", due_at=NOW + timedelta(hours=1), by=anna, now=NOW)

    session.execute(sa.update(Task).where(col(Task.id) == step.id).values(deal_id=other.id))
    assert wrong(session) == 0 and session.scalar(sa.select(Deal.step_at).where(Deal.id == other.id))
    session.execute(sa.delete(Task).where(col(Task.deal_id) == other.id))
    assert wrong(session) == 0


@pytest.fixture
def deals_of_anna(session, ivanov_deal, anna, ivanov):
    other = deals.open_deal(
        session, funnel=ivanov_deal.stage.funnel, title="Студия", client=ivanov, by=anna, now=NOW
    )  # fmt: skip
    return ivanov_deal, other


@pytest.mark.parametrize("first_finishes", [True, False])
def test_two_at_once_leave_the_nearest(database, session, ivanov_deal, anna, first_finishes):
    """One has changed the deal's steps and not committed; the other plans meanwhile and must not miss it."""
    nearest = activities.plan(
        session, ivanov_deal, title="Показ", due_at=NOW + timedelta(hours=1), by=anna, now=NOW
    )
    session.commit()

    def plans_later() -> None:
        with work.unit_of_work() as other:
            deal = other.get_one(Deal, ivanov_deal.id)
            activities.plan(other, deal, title="Звонок", due_at=NOW + timedelta(hours=3), by=None, now=NOW)

    with Session(work.engine()) as first:
        if first_finishes:
            activities.finish(first, first.get_one(Task, nearest.id), by=anna, now=NOW)
        else:
            deal = first.get_one(Deal, ivanov_deal.id)
            activities.plan(first, deal, title="Письмо", due_at=NOW + timedelta(hours=2), by=anna, now=NOW)
        second = threading.Thread(target=plans_later)
        second.start()
        second.join(0.3)
        first.commit()
    second.join(5)

    session.rollback()
    assert not second.is_alive() and wrong(session) == 0
