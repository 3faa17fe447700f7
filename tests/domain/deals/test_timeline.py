"""The timeline has words for everything that can happen to a deal."""

import ast
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

import domain
from domain import activities, deals, estate
from domain.deals.timeline import WORDING, tell, timeline
from domain.events import names
from domain.kernel.text import language

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OF_DEALS = ("deal.", "task.", "booking.", "file.")


def events_recorded_with_a_deal():
    """Names of events whose `record(...)` call in the sources passes `deal=`."""
    for path in Path(domain.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "events.record"):
                continue
            name = node.args[1]
            if isinstance(name, ast.Constant) and any(word.arg == "deal" for word in node.keywords):
                yield name.value


def test_every_event_that_can_carry_a_deal_has_its_words():
    recorded = set(events_recorded_with_a_deal())
    named = {name for name in names.ALL if name.startswith(OF_DEALS)} | {"unit.booked"}

    assert "deal.moved" in recorded, "the search sees nothing"
    assert recorded | named <= WORDING.keys()
    assert WORDING.keys() <= names.ALL


@pytest.fixture
def busy_deal(session, ivanov_deal, anna, boris, talks, flat_1):
    """Everything that can happen to a deal has happened to it."""
    now = datetime.now(UTC)
    deals.move(session, ivanov_deal, to=talks, version=1, by=anna, now=now)
    deals.edit(
        session,
        ivanov_deal,
        version=2,
        title="Студия",
        amount=Decimal(7500000),
        responsible_id=boris.id,
        by=boris,
        now=now,
    )
    activities.comment(session, ivanov_deal, text="Ждём <b>решения</b>", by=anna, now=now)
    step = activities.plan(
        session, ivanov_deal, title="Показ", due_at=now + timedelta(days=1), by=anna, now=now
    )
    activities.postpone(session, step, due_at=now + timedelta(days=2), by=anna, now=now)
    activities.finish(session, step, by=anna, now=now)
    activities.reopen(session, step, by=anna)
    booking = deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=now)
    estate.extend(session, booking, days=1, by=anna, now=now)
    estate.cancel(session, booking, by=anna, now=now)
    again = deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=now)
    estate.expire(session, now=again.until + timedelta(seconds=1))
    session.flush()
    return ivanov_deal


def told_of(session, deal):
    return [entry for day in timeline(session, deal.id, now=datetime.now(UTC)).days for entry in day.entries]


@pytest.mark.parametrize("code", ["ru", "en"])
def test_everything_is_told_in_both_languages_newest_first(session, busy_deal, code):
    with language(code):
        entries = told_of(session, busy_deal)

    assert len(entries) == 12
    assert [entry.id for entry in entries] == sorted((entry.id for entry in entries), reverse=True)
    assert all(entry.told.headline and not entry.told.headline.startswith(OF_DEALS) for entry in entries)


def test_people_and_sums_are_named_and_not_numbered(session, busy_deal):
    texts = [entry.told.text for entry in told_of(session, busy_deal)]

    (edited,) = [text for text in texts if "Студия" in text]
    assert "Анна Королёва → Борис Громов" in edited
    assert "7\u00a0500\u00a0000\u00a0₽" in edited


def test_what_the_system_did_has_nobody_behind_it(session, busy_deal):
    assert told_of(session, busy_deal)[0].who is None


def test_an_event_of_a_newer_version_is_at_least_named():
    assert tell("deal.teleported", {}, now=NOW).headline == "deal.teleported"


def test_the_timeline_costs_two_queries(session, busy_deal, queries):
    with queries(2):
        timeline(session, busy_deal.id, now=NOW)


def test_every_entry_is_reached_page_by_page_and_none_twice(session, busy_deal, ivanov, anna, flats):
    now, pages, before = datetime.now(UTC), [], None
    other = deals.open_deal(session, funnel=flats, title="Офис", client=ivanov, by=anna, now=now)
    session.flush()
    while before or not pages:
        told = timeline(session, busy_deal.id, now=now, most=5, before=before)
        pages.append([entry.id for day in told.days for entry in day.entries])
        before = told.last

    whole = timeline(session, busy_deal.id, now=now)
    assert [len(page) for page in pages] == [5, 5, 2] and whole.last is None
    assert list(chain(*pages)) == [entry.id for day in whole.days for entry in day.entries]
    assert timeline(session, other.id, now=now, before=pages[0][0]).days == ()
