"""Events: plain, complete, and never lost between a page and its stream."""

from decimal import Decimal

import pytest
from sqlmodel import Session

from domain import events
from domain.events.recording import plain
from jobs import work


def test_amounts_and_moments_are_kept_without_loss(session, anna):
    event = events.record(
        session, "user.added", anna, by=None, changes={"price": (Decimal("0.10"), anna.created_at)}
    )

    assert event.payload["changes"]["price"] == ["0.10", anna.created_at.isoformat()]
    assert plain((1, None, True)) == [1, None, True]


def test_an_event_nobody_listed_is_refused(session, anna):
    with pytest.raises(AssertionError):
        events.record(session, "user.teleported", anna, by=anna)


def test_a_commit_between_rendering_and_listening_is_told(database, anna):
    with Session(work.engine()) as slow, Session(work.engine()) as page:
        events.record(slow, "user.added", anna, by=None, topics=["building-1", "building-2"])
        slow.flush()
        since = events.horizon(page)
        page.rollback()

        assert events.topics_since(page, since, ["building-1"]) == set()
        page.rollback()
        slow.commit()

        assert events.topics_since(page, since, ["building-1", "funnel-9"]) == {"building-1"}


def test_what_the_page_already_shows_is_not_told_again(database, anna):
    with Session(work.engine()) as session:
        events.record(session, "user.added", anna, by=None, topics=["building-1"])
        session.commit()
        since = events.horizon(session)

        assert events.topics_since(session, since, ["building-1"]) == set()
