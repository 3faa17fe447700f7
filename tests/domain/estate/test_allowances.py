"""How many bookings at once: the number, what fills it, who lifts it; two at one moment don't exceed it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import deals, estate
from domain.estate import Booking, BookingKind, BookingState, contracts
from domain.estate.terms import Allowance, Terms, Whose, allowances, editing
from domain.estate.terms.allowances import LimitReached
from domain.kernel.errors import Forbidden, Refused
from jobs import work

NOW = datetime(2026, 11, 21, 11, 32, tzinfo=UTC)


def book(session, unit, deal, by, *, days=3, now=NOW, kind=BookingKind.VERBAL):
    return estate.book(session, unit, deal_id=deal.id, days=days, by=by, now=now, kind=kind)


@pytest.fixture
def one_each(session):
    """A manager may hold one."""
    allowance = common(session)
    allowance.most = 1
    session.flush()
    return allowance


def common(session):
    return session.exec(
        select(Allowance).where(Allowance.whose == Whose.MANAGER, col(Allowance.user_id).is_(None))
    ).one()


def test_the_refusal_names_the_number_what_fills_it_and_who_lifts_it(
    session, one_each, flat_1, flat_2, ivanov_deal, anna
):
    held = book(session, flat_1, ivanov_deal, anna)

    with pytest.raises(LimitReached) as no:
        book(session, flat_2, ivanov_deal, anna)

    assert "1 бронь" in no.value.sentence and "Борис Громов" in no.value.sentence
    assert [one.booking_id for one in no.value.filling] == [held.id]
    assert "№ 1, Дом 1" in no.value.reasons[0] and f"№ {ivanov_deal.id}" in no.value.reasons[0]


def test_what_is_over_takes_no_place_at_its_very_minute(session, one_each, flat_1, flat_2, ivanov_deal, anna):
    first = book(session, flat_1, ivanov_deal, anna)

    assert book(session, flat_2, ivanov_deal, anna, now=first.until).id


def test_a_basket_counts_every_unit(session, one_each, flat_1, flat_2, ivanov_deal, anna):
    with pytest.raises(LimitReached):
        deals.book_all(session, ivanov_deal, [flat_1.id, flat_2.id], days=1, by=anna, now=NOW)
    one_each.most = 2
    deals.book_all(session, ivanov_deal, [flat_1.id, flat_2.id], days=1, by=anna, now=NOW)


def test_a_kind_may_have_a_limit_of_its_own(session, flat_1, flat_2, flat_3, ivanov_deal, anna):
    session.exec(select(Terms).where(Terms.kind == BookingKind.VERBAL)).one().at_once = 1
    session.flush()
    book(session, flat_1, ivanov_deal, anna)

    with pytest.raises(LimitReached, match=r"устная.*занято 1: Анна Королёва"):
        book(session, flat_2, ivanov_deal, anna)
    book(session, flat_3, ivanov_deal, anna, days=7, kind=BookingKind.PAID)


def test_the_head_lifts_it_for_one_person(session, one_each, flat_1, flat_2, ivanov_deal, anna, maria, boris):
    editing.give(session, person_id=anna.id, most=None, by=boris)
    book(session, flat_1, ivanov_deal, anna)
    book(session, flat_2, ivanov_deal, anna)

    assert allowances.most_of(session, maria) == 1
    assert allowances.room(session, anna, now=NOW) == (2, None)


def test_a_head_has_no_limit_unless_given_one(session, one_each, flat_1, flat_2, ivanov_deal, boris, admin):
    book(session, flat_1, ivanov_deal, boris)
    editing.give(session, person_id=boris.id, most=1, by=admin)

    with pytest.raises(LimitReached):
        book(session, flat_2, ivanov_deal, boris)


def test_nobody_lifts_his_own_limit(session, boris, admin):
    own = editing.give(session, person_id=boris.id, most=1, by=admin)

    with pytest.raises(Forbidden):
        editing.change(session, own, version=1, most=100, by=boris)
    with pytest.raises(Forbidden):
        editing.remove(session, own, by=boris)


def test_the_common_limit_is_changed_and_not_removed(session, boris):
    with pytest.raises(Refused):
        editing.remove(session, common(session), by=boris)
    editing.change(session, common(session), version=1, most=5, by=boris)

    assert allowances.common(session, Whose.MANAGER) == 5


@pytest.fixture
def marias_deal(session, flats, ivanov, maria):
    return deals.open_deal(session, funnel=flats, title="Другая", client=ivanov, by=maria, now=NOW)


def test_a_transfer_takes_a_place_of_its_new_holder(
    session, one_each, flat_1, flat_2, ivanov_deal, marias_deal, anna, maria, boris
):
    booking = book(session, flat_1, ivanov_deal, anna)
    hers = book(session, flat_2, marias_deal, maria)
    given = {"left": ivanov_deal, "to": marias_deal, "reason": "Так", "by": boris, "now": NOW}

    with pytest.raises(LimitReached) as no:
        deals.transfer(session, booking, **given)
    assert [one.booking_id for one in no.value.filling] == [hers.id]
    estate.cancel(session, hers, by=maria, now=NOW)
    deals.transfer(session, booking, **given)
    assert booking.booked_by_id == maria.id


def test_a_transfer_between_ones_own_deals_takes_no_place(
    session, one_each, flat_1, flat_2, ivanov_deal, flats, ivanov, anna
):
    booking = book(session, flat_1, ivanov_deal, anna)
    own = deals.open_deal(session, funnel=flats, title="Ещё одна", client=ivanov, by=anna, now=NOW)

    deals.transfer(session, booking, left=ivanov_deal, to=own, reason="Так", by=anna, now=NOW)
    assert booking.deal_id == own.id


def test_a_contract_taken_back_takes_its_place_again(
    session, one_each, flat_1, flat_2, ivanov_deal, anna, boris
):
    signed = book(session, flat_1, ivanov_deal, anna)
    contracts.contract(session, signed, number="Д-1", by=boris, now=NOW)
    instead = book(session, flat_2, ivanov_deal, anna)

    with pytest.raises(LimitReached):
        contracts.take_back(session, signed, by=boris, now=NOW)
    estate.cancel(session, instead, by=anna, now=NOW)
    contracts.take_back(session, signed, by=boris, now=NOW)
    assert signed.state is BookingState.ACTIVE


def press_together(unit_ids, deal_id, person):
    """One person books several units at the same instant, each from a tab of their own."""
    barrier = threading.Barrier(len(unit_ids), timeout=10)
    outcomes = []

    def attempt(unit_id):
        with Session(work.engine()) as session:
            unit, by = session.get_one(estate.Unit, unit_id), session.merge(person)
            barrier.wait()
            try:
                estate.book(session, unit, deal_id=deal_id, days=1, by=by, now=NOW)
                session.commit()
                outcomes.append("booked")
            except LimitReached:
                outcomes.append("told")

    threads = [threading.Thread(target=attempt, args=(unit_id,)) for unit_id in unit_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_pressed_in_six_tabs_at_once_the_limit_holds(
    database, session, ivanov_deal, anna, monkeypatch, guarded
):
    """The control: without the lock of the person everyone counts what was there before the others."""
    common(session).most = 2
    units = list(session.exec(select(estate.Unit.id).order_by(col(estate.Unit.id)).limit(6)))
    session.commit()
    if not guarded:
        counted = threading.Barrier(6, timeout=10)
        monkeypatch.setattr(allowances, "lock_person", lambda session, person: None)
        honest = allowances.filling

        def late(*args, **kwargs):
            found = honest(*args, **kwargs)
            counted.wait()
            return found

        monkeypatch.setattr(allowances, "filling", late)
    outcomes = press_together(units, ivanov_deal.id, anna)

    session.rollback()
    held = session.execute(sa.select(sa.func.count()).select_from(Booking)).scalar_one()
    assert (held <= 2) is guarded
    assert outcomes.count("booked") == held


def test_a_released_unit_leaves_its_place(session, one_each, flat_1, flat_2, ivanov_deal, anna):
    held = book(session, flat_1, ivanov_deal, anna)
    estate.cancel(session, held, by=anna, now=NOW + timedelta(hours=1))

    assert book(session, flat_2, ivanov_deal, anna, now=NOW + timedelta(hours=2)).id
