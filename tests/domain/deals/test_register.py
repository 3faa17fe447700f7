"""The register of bookings: the same minute for every state of it, with or without a sweeper."""

from datetime import timedelta

import pytest

from domain import deals, estate
from domain.deals.day import my_day
from domain.deals.register import Wanted, Which, register
from domain.estate import BookingKind
from domain.estate.settling import settle, unsettle
from domain.kernel import clock
from domain.kernel.errors import Refused

NOW = clock.now()


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    return estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)


def seen(session, user, which, now, **filters):
    return [line.id for line in register(session, user, Wanted(which, **filters), now=now).lines]


def counts(session, user, now):
    told = register(session, user, Wanted(), now=now).counts
    return {which.value: count for which, count in told.items() if count}


def test_it_ends_today_then_it_is_overdue_and_nobody_has_swept(session, held, anna):
    last_day = held.until - timedelta(hours=1)

    assert counts(session, anna, NOW)["active"] == 1
    assert counts(session, anna, last_day) == {"active": 1, "today": 1}
    assert counts(session, anna, held.until) == {"overdue": 1, "over": 1}
    estate.expire(session, now=held.until)
    assert counts(session, anna, held.until) == {"overdue": 1, "over": 1}, "the sweep changes nothing"


def test_booked_again_settled_or_old_it_is_overdue_no_more(session, held, ivanov_deal, anna):
    late = held.until + timedelta(minutes=1)
    assert seen(session, anna, Which.OVERDUE, held.until + timedelta(days=15)) == []

    settle(session, held, by=anna, now=late)
    assert seen(session, anna, Which.OVERDUE, late) == []
    unsettle(session, held, by=anna, now=late)
    assert seen(session, anna, Which.OVERDUE, late) == [held.id]

    again = deals.rebook(session, held, by=anna, now=late)
    assert (again.unit_id, again.deal_id, again.kind) == (held.unit_id, held.deal_id, held.kind)
    assert seen(session, anna, Which.OVERDUE, late) == []


def test_a_refused_deal_waits_for_nobody(session, held, ivanov_deal, lost, anna):
    late = held.until + timedelta(minutes=1)
    deals.move(session, ivanov_deal, to=lost, version=1, by=anna, now=late)

    assert seen(session, anna, Which.OVERDUE, late) == []


def test_what_holds_is_not_settled(session, held, anna):
    with pytest.raises(Refused, match="держит"):
        settle(session, held, by=anna, now=NOW)


def test_a_taken_unit_is_not_offered_again(session, held, ivanov_deal, anna, maria):
    late = held.until
    assert register(session, anna, Wanted(Which.OVERDUE), now=late).lines[0].free
    hers = deals.open_deal(
        session, funnel=ivanov_deal.stage.funnel, title="Студия", client=ivanov_deal.person, by=maria, now=NOW
    )
    estate.book(session, held.unit, deal_id=hers.id, days=1, by=maria, now=late)
    session.flush()

    assert not register(session, anna, Wanted(Which.OVERDUE), now=late).lines[0].free


def test_filters_narrow_the_list_and_the_counts(session, held, flat_2, ivanov_deal, anna, boris, building):
    paid = estate.book(
        session, flat_2, deal_id=ivanov_deal.id, days=7, kind=BookingKind.PAID, by=boris, now=NOW
    )

    assert seen(session, boris, Which.ACTIVE, NOW) == [held.id, paid.id]
    assert seen(session, boris, Which.ACTIVE, NOW, kind=BookingKind.PAID) == [paid.id]
    assert seen(session, boris, Which.ACTIVE, NOW, person_id=anna.id) == [held.id]
    assert seen(session, boris, Which.ACTIVE, NOW, building_id=building.id) == [held.id, paid.id]
    assert seen(session, boris, Which.ACTIVE, NOW, building_id=building.id + 1) == []


def test_owner_head_colleague_and_stranger(session, held, anna, boris, maria, stas):
    for person, sees in ((anna, True), (boris, True), (maria, False), (stas, False)):
        assert bool(seen(session, person, Which.ACTIVE, NOW)) is sees


def test_what_an_extension_waits_for_is_counted(session, held, anna):
    estate.ask_to_extend(session, held, days=7, reason="Ждёт банк", by=anna, now=NOW)

    line = register(session, anna, Wanted(Which.WAITING), now=NOW).lines[0]
    assert (line.id, line.asked_days) == (held.id, 7)
    assert counts(session, anna, held.until) == {"overdue": 1, "over": 1}


def test_my_day_shows_what_ran_out_yesterday_and_not_the_day_before(session, held, anna):
    morning = held.until + timedelta(hours=15)

    assert [one.booking_id for one in my_day(session, anna, now=morning).expired] == [held.id]
    assert my_day(session, anna, now=morning).ending == ()
    assert my_day(session, anna, now=held.until + timedelta(hours=40)).expired == ()
    assert [one.booking_id for one in my_day(session, anna, now=NOW).ending] == [held.id]
