"""The check of the base is computed: each harm is made for real, and the page goes red."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from domain import deals, estate
from domain.deals.models import Deal
from domain.estate import invariants, prices
from domain.estate.models import Availability, Booking, Unit
from domain.kernel import clock
from domain.wiring import invariants as of_deals
from web import metrics

NOW = clock.now()


@pytest.fixture
def booked(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)
    session.commit()
    return booking


@pytest.fixture
def by_force(database, session, booked):
    """Statements of the database's owner, past every verb."""

    numbers = {"unit": booked.unit_id, "booking": booked.id}

    def run(*statements):
        session.rollback()
        with database.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement), numbers)

    return run


def counts(html):
    return {
        key: int(count)
        for key, count in re.findall(r'id="invariant-(\w+)".*?data-count="(\d+)"', html, re.DOTALL)
    }


def test_an_honest_base_is_green(open_client, booked):
    html = open_client("boris").get("/estate/invariants").text

    assert set(counts(html).values()) == {0} and len(counts(html)) == len(invariants.INVARIANTS) == 8
    assert "База себе не противоречит" in html and re.search(r"за \d+ мс", html)


HARMS = {
    "claimed_twice": [
        "drop index uq_booking_claimed_unit",
        """insert into booking (unit_id, deal_id, booked_by_id, price, until, kind, state)
           select unit_id, deal_id, booked_by_id, price, until, kind, 'active' from booking""",
    ],
    "past_the_term": [
        """update booking set booked_at = now() - interval '9 days', until = now() - interval '6 seconds'"""
    ],
    "booked_but_gone": ["update unit set availability = 'sold' where id = :unit and :booking > 0"],
    "booked_off_sale": ["update unit set availability = 'off' where id = :unit and :booking > 0"],
    "ours_but_on_sale": ["update booking set state = 'contract' where id = :booking and :unit > 0"],
    "price_not_frozen": ["update booking set price = price + 1 where id = :booking and :unit > 0"],
    "of_a_closed_deal": [
        "update deal set stage_id = (select id from stage where kind = 'lost')",
    ],
    "sold_without_a_deal": [
        """insert into event (name, subject_kind, subject_id, payload)
           select 'unit.availability_changed', 'unit', id, '{}' from unit where number = '2'""",
        "update unit set availability = 'sold' where number in ('2', '3')",
    ],
}


def test_every_invariant_has_its_harm():
    assert set(HARMS) == {each.key for each in invariants.INVARIANTS} and of_deals


@pytest.mark.parametrize("key", HARMS)
def test_the_harm_is_seen_and_named(open_client, session, booked, by_force, flat_2, key):
    rows = 2 if key == "claimed_twice" else 1
    flat = flat_2.id if key == "sold_without_a_deal" else booked.unit_id
    session.rollback()
    by_force(*HARMS[key])

    html = open_client("olga").get("/estate/invariants").text

    seen = {name: count for name, count in counts(html).items() if count}
    assert seen == {key: rows}
    block = html.partition(f'id="invariant-{key}"')[2].partition("</details>")[0]
    assert f'href="/units/{flat}"' in block and "противоречит" in html


def test_a_booking_a_moment_past_its_term_is_no_fault_yet(session, booked):
    late = booked.until + timedelta(seconds=4)
    kept = {finding.invariant.key: finding.count for finding in invariants.check(session, now=late)}
    assert kept["past_the_term"] == 0

    later = {
        each.invariant.key: each.count for each in invariants.check(session, now=late + timedelta(seconds=2))
    }
    assert later["past_the_term"] == 1


def test_what_1c_sells_of_ours_is_no_fault(session, booked, flat_2):
    """A contract of ours that 1C knows, and a flat that was sold before it came to us."""
    booked.state = "contract"
    prices.change_availability(session, {booked.unit_id: Availability.SOLD})
    session.get(Unit, flat_2.id).availability = Availability.SOLD
    session.flush()

    assert not any(invariants.counts(session, now=clock.now()).values())


def test_a_won_deal_explains_a_sale_of_1c_after_its_booking_ran_out(session, booked, won):
    prices.change_availability(session, {booked.unit_id: Availability.SOLD})
    estate.expire(session, now=booked.until)
    session.flush()
    assert invariants.counts(session, now=clock.now())["sold_without_a_deal"] == 1

    session.exec(select(Deal)).one().stage_id = won.id
    session.flush()
    assert invariants.counts(session, now=clock.now())["sold_without_a_deal"] == 0


def test_deals_are_links_for_those_who_may_open_them(open_client, session, booked, by_force, ivanov_deal):
    by_force(*HARMS["booked_but_gone"])
    link = f'href="/deals/{ivanov_deal.id}"'

    assert link in open_client("boris").get("/estate/invariants").text
    admin = open_client("admin").get("/estate/invariants").text
    assert link not in admin and "коллеги" in admin


def test_only_those_who_audit_come_in(open_client):
    for login in ("anna", "vera", "stas"):
        client = open_client(login)
        assert client.get("/estate/invariants").status_code == 403
        assert "/estate/invariants" not in client.get("/estate").text
    assert "/estate/invariants" in open_client("boris").get("/estate").text


def test_the_instruments_count_the_same(client, session, by_force, monkeypatch):
    """Not at every question: a large stock takes a while to count."""
    monkeypatch.setattr(metrics, "KEEP_SECONDS", 0)
    assert 'karkas_invariant_broken{invariant="booked_but_gone"} 0' in client.get("/metrics").text
    by_force(*HARMS["booked_but_gone"])

    assert 'karkas_invariant_broken{invariant="booked_but_gone"} 1' in client.get("/metrics").text


def test_each_is_one_statement(session, booked, queries):
    with queries(len(invariants.INVARIANTS)):
        invariants.check(session, now=clock.now())
    assert deals and session.exec(select(Booking)).one()
