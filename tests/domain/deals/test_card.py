"""The card of a deal, my day and the choice of a deal: what they tell and what they cost."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import activities, deals
from domain.activities.models import Attachment
from domain.deals.card import card
from domain.deals.cards import Pace
from domain.deals.day import my_day
from domain.deals.finding import options
from domain.files.models import StoredFile
from domain.kernel.errors import Stale
from domain.parties import find_or_add_person

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_the_gate_tells_what_is_met_and_what_is_left(session, ivanov_deal, talks, anna):
    deals.move(session, ivanov_deal, to=talks, version=1, by=anna, now=NOW)

    gate = card(session, ivanov_deal, now=NOW).gate

    assert (gate.stage.name, gate.met, gate.left) == ("Бронь", 1, 2)
    assert [condition.unmet is None for condition in gate.conditions] == [False, False, True]


def test_the_bar_shows_what_was_passed_and_hides_dead_ends(session, ivanov_deal, talks, anna):
    deals.move(session, ivanov_deal, to=talks, version=1, by=anna, now=NOW)

    places = card(session, ivanov_deal, now=NOW).places

    told = {place.name: place.state for place in places}
    assert told == {"Новый": "done", "Переговоры": "current", "Бронь": "next", "Продано": "later"}


def test_a_refused_deal_stands_at_its_dead_end_without_a_gate(session, ivanov_deal, lost, anna):
    deals.move(session, ivanov_deal, to=lost, version=1, by=anna, now=NOW)

    shown = card(session, ivanov_deal, now=NOW)

    assert shown.gate is None and shown.places[-1].state == "current"


def test_units_are_those_booked_now(session, ivanov_deal, flat_1, flat_2, anna):
    now = datetime.now(UTC)
    kept = deals.book(session, ivanov_deal, flat_1, days=7, by=anna, now=now)
    deals.book(session, ivanov_deal, flat_2, days=1, by=anna, now=now)

    later = card(session, ivanov_deal, now=now + timedelta(days=3))

    assert [unit.booking_id for unit in later.held] == [kept.id]


@pytest.fixture
def sidorov_deal(session, flats, maria):
    client = find_or_add_person(session, name="Сидоров Пётр", phone="89215550101", by=maria, now=NOW)
    return deals.open_deal(session, funnel=flats, title="Студия", client=client, by=maria, now=NOW)


@pytest.fixture
def full_deal(session, ivanov_deal, sidorov_deal, flat_1, flat_2, anna, maria):
    """Ivanov waits for a flat of Sidorov's, two steps are open, one of three files is taken off."""
    deals.book(session, sidorov_deal, flat_1, days=7, by=maria, now=NOW)
    deals.book(session, ivanov_deal, flat_2, days=7, by=anna, now=NOW)
    deals.join(session, ivanov_deal, flat_1, by=anna, now=NOW)
    for title, days in (("Показ", 2), ("Звонок", 1)):
        due_at = NOW + timedelta(days=days)
        activities.plan(session, ivanov_deal, title=title, due_at=due_at, by=anna, now=NOW)
    content = StoredFile(sha256="0" * 64, size=3, media_type="application/pdf")
    session.add(content)
    session.flush()
    for name, removed_at in (("План.pdf", None), ("Лишнее.pdf", NOW), ("Договор.pdf", None)):
        session.add(
            Attachment(
                deal_id=ivanov_deal.id, sha256=content.sha256, name=name, size=3, added_by_id=anna.id,
                media_type=content.media_type, removed_at=removed_at,
            )
        )  # fmt: skip
    session.flush()
    return ivanov_deal


def test_steps_lines_and_files_come_each_in_their_order(session, full_deal, anna):
    shown = card(session, full_deal, now=NOW)

    assert [(step.title, step.pace, step.responsible_id) for step in shown.steps] == [
        ("Звонок", Pace.PLANNED, anna.id),
        ("Показ", Pace.PLANNED, anna.id),
    ]
    assert [(place.number, place.ahead) for place in shown.awaited] == [("1", 0)]
    assert [(file.name, file.size, file.who) for file in shown.files] == [
        ("Договор.pdf", 3, anna.name),
        ("План.pdf", 3, anna.name),
    ]


def test_the_card_has_a_budget(session, full_deal, queries):
    with queries(5):
        card(session, full_deal, now=NOW)


def test_my_day_is_my_own_deals(session, ivanov_deal, flat_1, anna, boris, maria):
    now = datetime.now(UTC)
    activities.plan(
        session, ivanov_deal, title="Звонок", due_at=now - timedelta(hours=1), by=anna, now=now - timedelta(2)
    )
    booking = deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=now)

    mine = my_day(session, anna, now=now)

    assert [step.title for step in mine.overdue] == ["Звонок"]
    assert [ending.booking_id for ending in mine.ending] == [booking.id]
    assert mine.unplanned == ()
    assert my_day(session, boris, now=now).calm and my_day(session, maria, now=now).calm


def test_a_deal_without_a_step_waits_until_one_is_planned(session, ivanov_deal, anna):
    assert [deal.deal_id for deal in my_day(session, anna, now=NOW).unplanned] == [ivanov_deal.id]

    activities.plan(session, ivanov_deal, title="Звонок", due_at=NOW + timedelta(days=5), by=anna, now=NOW)
    session.flush()

    assert my_day(session, anna, now=NOW).calm


def test_a_closed_deal_leaves_the_day(session, ivanov_deal, lost, anna):
    deals.move(session, ivanov_deal, to=lost, version=1, by=anna, now=NOW)

    assert my_day(session, anna, now=NOW).calm


def test_my_day_costs_three_queries(session, ivanov_deal, anna, queries):
    with queries(3):
        my_day(session, anna, now=NOW)


def test_options_leave_out_closed_and_foreign_deals(session, ivanov_deal, lost, anna, stas):
    assert [option.id for option in options(session, anna, "")] == [ivanov_deal.id]
    assert options(session, stas, "") == []

    deals.move(session, ivanov_deal, to=lost, version=1, by=anna, now=NOW)

    assert options(session, anna, "") == []


def test_a_stale_save_names_the_people_and_not_their_numbers(session, ivanov_deal, anna, boris):
    values = {"title": ivanov_deal.title, "amount": ivanov_deal.amount, "by": boris, "now": NOW}
    deals.edit(session, ivanov_deal, version=1, responsible_id=boris.id, **values)

    with pytest.raises(Stale) as no:
        deals.edit(session, ivanov_deal, version=1, responsible_id=anna.id, **values)

    assert "Борис Громов" in no.value.reasons[0] and "Анна Королёва" in no.value.reasons[0]
