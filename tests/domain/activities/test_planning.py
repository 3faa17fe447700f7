"""Steps: planned for later, moved, done once, taken back; each on the deal's timeline and on its screens."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from domain import activities
from domain.events import Event
from domain.kernel.errors import Invalid, Missing, Refused

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def call(session, ivanov_deal, anna):
    return activities.plan(session, ivanov_deal, title=" Позвонить ", due_at=LATER, by=anna, now=NOW)


def last_event(session, deal):
    session.flush()
    return session.exec(select(Event).where(Event.deal_id == deal.id).order_by(Event.id.desc())).first()


def test_a_planned_step_is_for_whoever_is_responsible(session, ivanov_deal, boris, anna):
    step = activities.plan(session, ivanov_deal, title="Показ", due_at=LATER, by=boris, now=NOW)

    assert (step.responsible_id, step.done_at) == (anna.id, None)
    told = last_event(session, ivanov_deal)
    assert (told.name, told.actor_id) == ("task.planned", boris.id)
    assert {f"deal-{ivanov_deal.id}", f"funnel-{ivanov_deal.stage.funnel_id}", f"user-{anna.id}"} <= set(
        told.topics
    )


@pytest.mark.parametrize(
    "title, due_at, field",
    [
        ("  ", LATER, "title"),
        ("я" * 301, LATER, "title"),
        ("Показ", NOW, "due_at"),
        ("Показ", NOW - timedelta(minutes=1), "due_at"),
        ("Показ", NOW + timedelta(days=9999), "due_at"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_at_its_field(session, ivanov_deal, anna, title, due_at, field):
    with pytest.raises(Invalid) as no:
        activities.plan(session, ivanov_deal, title=title, due_at=due_at, by=anna, now=NOW)

    assert list(no.value.fields) == [field]


def test_moving_a_step_tells_both_moments_and_the_same_moment_nothing(session, ivanov_deal, call, anna):
    before = last_event(session, ivanov_deal).id
    activities.postpone(session, call, due_at=LATER, by=anna, now=NOW)
    assert last_event(session, ivanov_deal).id == before

    activities.postpone(session, call, due_at=LATER + timedelta(hours=1), by=anna, now=NOW)
    told = last_event(session, ivanov_deal)
    assert told.name == "task.moved"
    assert told.payload["changes"]["due_at"] == [LATER.isoformat(), (LATER + timedelta(hours=1)).isoformat()]


def test_a_step_is_done_once_and_can_be_taken_back(session, ivanov_deal, call, anna, boris):
    activities.finish(session, call, by=anna, now=NOW)
    with pytest.raises(Refused):
        activities.finish(session, call, by=boris, now=NOW)
    with pytest.raises(Refused):
        activities.postpone(session, call, due_at=LATER + timedelta(days=1), by=anna, now=NOW)

    activities.reopen(session, call, by=anna)
    assert (call.done_at, call.due_at) == (None, LATER)
    with pytest.raises(Refused):
        activities.reopen(session, call, by=anna)


@pytest.mark.parametrize("task_id", [0, -1, 999_999, 2**63])
def test_a_step_is_looked_for_within_its_deal_only(session, ivanov_deal, call, task_id):
    assert activities.get_task(session, ivanov_deal, call.id) is call
    with pytest.raises(Missing):
        activities.get_task(session, ivanov_deal, task_id)


def test_a_comment_is_kept_as_it_was_said(session, ivanov_deal, olga):
    said = activities.comment(session, ivanov_deal, text=" Договор\nу нас ", by=olga, now=NOW)

    assert (said.text, said.author_id) == ("Договор\nу нас", olga.id)
    assert last_event(session, ivanov_deal).payload["text"] == said.text


@pytest.mark.parametrize("text", ["", " \n ", "я" * 5001])
def test_an_empty_or_endless_comment_is_refused(session, ivanov_deal, anna, text):
    with pytest.raises(Invalid):
        activities.comment(session, ivanov_deal, text=text, by=anna, now=NOW)
