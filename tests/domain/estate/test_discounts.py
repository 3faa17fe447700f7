"""Discounts: within one's limit at once, above it by the head; never twice, never below the floor."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlmodel import select

from domain import approvals, deals, estate
from domain.access.models import Role
from domain.approvals import ApprovalState, kinds, reading
from domain.estate import Booking, pricing
from domain.estate.booking import cancel, extend
from domain.estate.discounts import deciding, giving
from domain.estate.discounts.limits import limits, set_limits
from domain.estate.discounts.models import DiscountState
from domain.estate.discounts.queue import get_discount, queue
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Effect, Master
from domain.events import Event
from domain.kernel.errors import Forbidden, Invalid, Missing, Refused, Stale
from domain.notices.around import around
from domain.notices.recipients import CONCERNED
from jobs import migrating

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna) -> Booking:
    flat_1.price, ivanov_deal.amount = Decimal(7_000_000), None
    return deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=NOW)


@pytest.fixture
def ask(session, held, anna):
    def asked(value, effect=Effect.PERCENT, *, by=anna, reason="Второе помещение"):
        return giving.ask(
            session, held, effect=effect, value=Decimal(str(value)), reason=reason, by=by, now=NOW
        )

    return asked


def test_within_the_limit_it_is_given_at_once_and_told(session, ask, held, flat_1, ivanov_deal):
    discount = ask(1)

    assert (discount.state, held.price) == (DiscountState.GRANTED, Decimal(6_930_000))
    told = pricing.passport(session, flat_1, deal_id=ivanov_deal.id, now=NOW)
    assert told.total == held.price and told.lines[-1].name == "Второе помещение"
    event = session.exec(select(Event).where(Event.name == "booking.repriced")).one()
    assert event.payload["changes"] == {"price": ["7000000.00", "6930000.00"]}
    assert ivanov_deal.amount == held.price, "the deal that was worth its booking goes with it"


def test_an_amount_that_was_typed_into_the_deal_stays(session, ask, ivanov_deal):
    ivanov_deal.amount = Decimal(8_000_000)

    ask(1)

    assert ivanov_deal.amount == Decimal(8_000_000)


def test_above_it_waits_and_the_head_is_told(session, ask, held, boris, anna):
    discount = ask(1.01)

    assert (discount.state, held.price) == (DiscountState.ASKED, Decimal(7_000_000))
    event = session.exec(select(Event).where(Event.name == "approval.asked")).one()
    assert CONCERNED["approval.asked"](session, event) == {boris.id}

    deciding.approve(session, discount, comment="Только в этот раз", by=boris, now=NOW)

    assert (discount.state, held.price) == (DiscountState.GRANTED, Decimal(6_929_300))
    event = session.exec(select(Event).where(Event.name == "approval.approved")).one()
    assert CONCERNED["approval.approved"](session, event) == {anna.id}


def test_it_is_decided_once(session, ask, held, boris):
    discount = ask(3)
    deciding.approve(session, discount, comment="", by=boris, now=NOW)

    for again in (deciding.approve, deciding.refuse):
        with pytest.raises(Refused, match="уже есть решение"):
            again(session, discount, comment="нет", by=boris, now=NOW)
    assert held.price == Decimal(6_790_000)


def test_who_asked_does_not_decide(session, ask, anna, maria):
    discount = ask(3)

    for person in (anna, maria):
        with pytest.raises(Forbidden):
            deciding.approve(session, discount, comment="", by=person, now=NOW)
    assert discount.state is DiscountState.ASKED


def test_a_refusal_has_its_reason(session, ask, held, boris):
    discount = ask(3)
    with pytest.raises(Invalid):
        deciding.refuse(session, discount, comment="", by=boris, now=NOW)

    deciding.refuse(session, discount, comment="Цена и так акционная", by=boris, now=NOW)

    assert (discount.state, held.price) == (DiscountState.REFUSED, Decimal(7_000_000))


def test_taken_back_the_price_is_what_it_was(session, ask, held, anna, flat_1, ivanov_deal):
    before = pricing.passport(session, flat_1, deal_id=ivanov_deal.id, now=NOW)
    discount = ask(0.37)

    giving.withdraw(session, discount, by=anna, now=NOW)

    assert held.price == Decimal(7_000_000) == ivanov_deal.amount
    assert pricing.passport(session, flat_1, deal_id=ivanov_deal.id, now=NOW) == before
    assert ask(0.5).state is DiscountState.GRANTED


def test_one_a_booking(session, ask):
    ask(5)

    with pytest.raises(Refused, match="уже есть скидка"):
        ask(0.5)


def test_nothing_left_and_below_the_floor_are_refused(session, ask, held, river, boris):
    for effect, value in ((Effect.AMOUNT, 7_000_000), (Effect.AMOUNT, 9_000_000)):
        with pytest.raises(Refused, match="не оставляет"):
            ask(value, effect)
    with pytest.raises(Invalid):
        ask(-5)
    keep_rules(session, river, master=Master.ONEC, floor_metre=Decimal(190_000), version=0, by=boris)
    with pytest.raises(Refused, match="минимальной"):
        ask(3)  # 36 m² × 190 000 = 6 840 000
    assert ask(2).state is DiscountState.ASKED


def test_the_floor_is_looked_at_again_when_it_is_decided(session, ask, river, boris):
    discount = ask(3)
    keep_rules(session, river, master=Master.ONEC, floor_metre=Decimal(190_000), version=0, by=boris)

    with pytest.raises(Refused, match="минимальной"):
        deciding.approve(session, discount, comment="", by=boris, now=NOW)


def test_a_booking_that_is_over_takes_no_discount(session, ask, held, anna, boris):
    discount = ask(3)
    cancel(session, held, by=anna, now=NOW)

    with pytest.raises(Refused):
        deciding.approve(session, discount, comment="", by=boris, now=NOW)
    assert queue(session, boris, decided=False, now=NOW) == []


def test_nobody_gives_on_a_colleagues_booking(session, ask, maria):
    with pytest.raises(Forbidden):
        ask(0.5, by=maria)


def test_each_sees_their_own_and_of_their_people(session, ask, anna, maria, boris, timur):
    discount = ask(3)

    (line,) = queue(session, boris, decided=False, now=NOW)
    assert (line.before, line.after, line.asked_by) == (7_000_000, 6_790_000, "Анна Королёва")
    assert queue(session, anna, decided=False, now=NOW) == [line]
    assert queue(session, maria, decided=False, now=NOW) == []
    with pytest.raises(Missing):
        get_discount(session, maria, discount.id)


def test_limits_are_data_of_the_head_and_the_administrator(session, ask, boris, anna, admin):
    shown = limits(session)
    assert shown == {Role.MANAGER: 1, Role.HEAD: 5}
    with pytest.raises(Forbidden):
        set_limits(session, {Role.MANAGER: Decimal(50)}, shown=shown, by=anna)

    set_limits(session, {Role.MANAGER: Decimal(2)}, shown=shown, by=admin)

    assert ask(2).state is DiscountState.GRANTED
    with pytest.raises(Stale):
        set_limits(session, {Role.MANAGER: Decimal(3)}, shown=shown, by=boris)


def test_a_head_with_nobody_above_decides_about_his_own(session, held, boris, flat_2, ivanov_deal):
    discount = giving.ask(
        session, held, effect=Effect.PERCENT, value=Decimal(6), reason="Друг завода", by=boris, now=NOW
    )
    assert discount.state is DiscountState.ASKED

    deciding.approve(session, discount, comment="", by=boris, now=NOW)

    assert held.price == Decimal(6_580_000)
    assert around(session, boris, now=NOW).waiting == 0


def test_it_is_decided_among_the_approvals_by_the_same_verb(session, ask, held, boris, anna, flat_1):
    discount = ask(3)
    (asked,) = reading.queue(session, boris, decided=False, now=NOW).rows
    assert (asked.kind, asked.until, asked.reason) == ("discount", held.until, "Второе помещение")
    assert around(session, boris, now=NOW).waiting == 1
    assert around(session, anna, now=NOW).waiting == 0
    told = kinds.told(asked.kind, asked.wish).replace("\xa0", " ")
    assert told == f"дать скидку 210 000 ₽ на помещение № {flat_1.number}"
    facts = {
        fact.label: fact.value.replace("\xa0", " ")
        for fact in kinds.of("discount").facts(session, asked, NOW)
    }
    assert (facts["Со скидкой"], facts["Без согласования даёт"]) == ("6 790 000 ₽", "1,00 %")

    with pytest.raises(Invalid):
        approvals.approve(session, asked, by=boris, now=NOW, comment="я" * 501)
    approvals.approve(session, asked, by=boris, now=NOW, comment="Можно")

    assert (discount.state, discount.comment, held.price) == (DiscountState.GRANTED, "Можно", 6_790_000)
    assert around(session, boris, now=NOW).waiting == 0
    with pytest.raises(Refused, match="уже есть решение"):
        deciding.approve(session, discount, comment="", by=boris, now=NOW)


def test_the_answer_is_taken_back_with_the_price(session, ask, held, boris):
    discount = ask(3)
    asked = giving.request_of(session, discount)
    approvals.approve(session, asked, by=boris, now=NOW)

    approvals.reopen(session, asked, by=boris, now=NOW)

    assert (discount.state, held.price) == (DiscountState.ASKED, 7_000_000)
    assert (discount.decided_at, discount.decided_by_id) == (None, None)
    approvals.decline(session, asked, by=boris, now=NOW, comment="Нет")
    assert (discount.state, discount.comment) == (DiscountState.REFUSED, "Нет")
    approvals.reopen(session, asked, by=boris, now=NOW)
    assert discount.state is DiscountState.ASKED


def test_a_no_is_not_taken_back_over_a_discount_given_since(session, ask, held, boris):
    discount = ask(3)
    asked = giving.request_of(session, discount)
    approvals.decline(session, asked, by=boris, now=NOW, comment="Нет")
    ask(1)

    with pytest.raises(Refused, match="уже есть скидка"), session.begin_nested():
        approvals.reopen(session, asked, by=boris, now=NOW)
    assert (discount.state, held.price) == (DiscountState.REFUSED, Decimal(6_930_000))


def test_what_waits_is_taken_back_from_either_side(session, ask, anna, boris):
    for back in (
        lambda discount: approvals.withdraw(session, giving.request_of(session, discount), by=anna, now=NOW),
        lambda discount: giving.withdraw(session, discount, by=anna, now=NOW),
        lambda discount: giving.withdraw(session, discount, by=boris, now=NOW),
    ):
        discount = ask(3)
        back(discount)
        assert discount.state is DiscountState.WITHDRAWN
        assert around(session, boris, now=NOW).waiting == 0


def test_the_request_lasts_as_long_as_the_booking(session, ask, held, anna, boris):
    asked = giving.request_of(session, ask(3))
    extend(session, held, days=1, by=anna, now=NOW)
    assert asked.until == held.until

    cancel(session, held, by=anna, now=NOW)
    assert asked.state is ApprovalState.LAPSED
    assert around(session, boris, now=NOW).waiting == 0


def test_several_answers_at_once_each_by_itself(session, ask, held, boris, flat_1):
    """Two kinds, one press: the discount below the floor is told and the extension is granted."""
    asked = giving.request_of(session, ask(3))
    longer = estate.ask_to_extend(session, held, days=7, reason="Банк", by=held.booked_by, now=NOW)
    keep_rules(session, flat_1.floor.section.building.project, master=Master.ONEC,
               floor_metre=Decimal(190_000), version=0, by=boris)  # fmt: skip

    decided = approvals.approve_many(session, [asked, longer], by=boris, now=NOW)

    assert decided.done == [longer] and "минимальной" in decided.refused[0][1]
    assert (asked.state, held.price) == (ApprovalState.WAITING, 7_000_000)


def test_a_discount_that_waited_before_is_found_among_the_approvals(session, ask, held, boris):
    """What migration 0020 does to a base whose discounts had a queue of their own."""
    discount = ask(3)
    told = giving.request_of(session, discount)
    before = told.wish, told.until, told.reason, told.deal_id, told.asked_by_id, told.subject_id
    session.delete(told)
    session.flush()

    migration = ScriptDirectory.from_config(migrating.config()).get_revision("0020").module
    session.execute(sa.text(migration.WAITING))

    asked = giving.request_of(session, discount)
    assert before == (
        asked.wish,
        asked.until,
        asked.reason,
        asked.deal_id,
        asked.asked_by_id,
        asked.subject_id,
    )
    approvals.approve(session, asked, by=boris, now=NOW)
    assert held.price == Decimal(6_790_000)
