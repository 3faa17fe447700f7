"""The bell rings for what needs one in person, and for nothing else."""

import pytest
from sqlmodel import select

from domain import deals, estate
from domain.activities.comments import comment
from domain.events import Event
from domain.kernel import clock
from domain.notices.models import Notice
from domain.notices.recipients import CONCERNED, notify
from jobs.subscribers import SUBSCRIBERS


def relay(session, name):
    session.flush()
    event = session.exec(select(Event).where(Event.name == name).order_by(Event.id.desc())).first()
    for subscriber in SUBSCRIBERS[name]:
        if subscriber is notify:
            subscriber(session, event)
    session.commit()


def test_a_comment_of_the_head_reaches_the_owner_and_not_the_head(open_client, session, ivanov_deal, boris):
    comment(session, ivanov_deal, text="Позвоните сегодня", by=boris, now=clock.now())
    relay(session, "deal.commented")

    anna, head = open_client("anna"), open_client("boris")
    assert "Позвоните сегодня" in anna.get("/notices").text
    assert "Позвоните сегодня" not in head.get("/notices").text
    assert 'class="badge">1' in anna.get("/notices/bell").text


def test_ones_own_deeds_do_not_ring(session, ivanov_deal, talks, anna):
    deals.move(session, ivanov_deal, to=talks, version=1, by=anna, now=clock.now())
    session.flush()
    event = session.exec(select(Event).where(Event.name == "deal.moved")).one()

    notify(session, event)

    assert session.exec(select(Notice)).all() == []


def test_a_booking_that_expired_rings_for_who_booked_it_once(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    estate.expire(session, now=booking.until)
    session.flush()
    event = session.exec(select(Event).where(Event.name == "booking.expired")).one()

    notify(session, event)
    notify(session, event)

    assert [notice.user_id for notice in session.exec(select(Notice))] == [anna.id]


def test_reading_empties_the_bell(open_client, session, ivanov_deal, boris):
    comment(session, ivanov_deal, text="Позвоните", by=boris, now=clock.now())
    relay(session, "deal.commented")
    anna = open_client("anna")

    anna.post("/notices/reading")

    assert "badge" not in anna.get("/notices/bell").text


@pytest.mark.parametrize("name", sorted(CONCERNED))
def test_whatever_rings_is_subscribed(name):
    assert notify in SUBSCRIBERS[name]
