"""Beyond one's own right the head is asked: one answer, a way back, nothing left waiting about what ended."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from domain import approvals, estate
from domain.access import Role, User
from domain.approvals import Approval, ApprovalState, reading
from domain.estate import BookingState
from domain.estate.booking import term_end
from domain.estate.extending import ask, choices
from domain.events import Event
from domain.kernel.errors import Forbidden, Invalid, Refused
from domain.notices.around import around
from domain.notices.recipients import CONCERNED
from jobs import work

NOW = datetime(2026, 11, 21, 11, 32, tzinfo=UTC)


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    """For a week: as long as verbal bookings run without the head."""
    return estate.book(session, flat_1, deal_id=ivanov_deal.id, days=7, by=anna, now=NOW)


@pytest.fixture
def asked(session, held, anna):
    return ask(session, held, days=3, reason="Ждёт банк", by=anna, now=NOW)


def told(session, name):
    session.flush()
    return session.exec(select(Event).where(Event.name == name)).one()


def test_the_head_is_told_and_the_booking_says_that_it_waits(session, held, asked, anna, boris):
    event = told(session, "approval.asked")

    assert CONCERNED[event.name](session, event) == {boris.id}
    assert {f"user-{boris.id}", f"user-{anna.id}", f"deal-{held.deal_id}"} <= set(event.topics)
    seen = choices(session, held, by=anna, now=NOW)
    assert seen.waiting is asked and seen.decider == "Борис Громов" and seen.askable == []


def test_granted_it_runs_on_and_the_asker_is_told(session, held, asked, anna, boris):
    approvals.approve(session, asked, by=boris, now=NOW, comment="Последний раз")

    assert held.until == term_end(NOW, 10) and held.extensions == 1
    event = told(session, "approval.approved")
    assert CONCERNED[event.name](session, event) == {anna.id}
    with pytest.raises(Refused, match="уже есть решение"):
        approvals.approve(session, asked, by=boris, now=NOW)


def test_an_answer_is_taken_back_with_what_it_granted(session, held, asked, boris):
    end = held.until
    approvals.approve(session, asked, by=boris, now=NOW)
    approvals.reopen(session, asked, by=boris, now=NOW + timedelta(minutes=9))

    assert (held.until, held.extensions, asked.state) == (end, 0, ApprovalState.WAITING)
    assert told(session, "booking.shortened").payload["changes"]["until"][1] == end.isoformat()


def test_after_ten_minutes_or_by_another_it_is_not_taken_back(session, held, asked, boris, admin):
    approvals.approve(session, asked, by=boris, now=NOW)

    with pytest.raises(Refused, match="десяти минут"):
        approvals.reopen(session, asked, by=boris, now=NOW + timedelta(minutes=11))
    with pytest.raises(Refused, match="своё решение"):
        approvals.reopen(session, asked, by=admin, now=NOW)


def test_what_was_extended_again_since_is_not_shortened(session, held, asked, boris):
    approvals.approve(session, asked, by=boris, now=NOW)
    estate.extend(session, held, days=1, by=boris, now=NOW)

    with pytest.raises(Refused, match="ещё раз"):
        approvals.reopen(session, asked, by=boris, now=NOW)


def test_declined_with_a_word_and_asked_again(session, held, asked, anna, boris):
    with pytest.raises(Invalid):
        approvals.decline(session, asked, by=boris, now=NOW, comment="  ")
    approvals.decline(session, asked, by=boris, now=NOW, comment="Хватит недели")

    assert held.extensions == 0
    again = ask(session, held, days=1, reason="Точно завтра", by=anna, now=NOW)
    with pytest.raises(Refused, match="другой запрос"):
        approvals.reopen(session, asked, by=boris, now=NOW)
    assert again.state is ApprovalState.WAITING


def test_one_question_at_a_time(session, held, asked, anna):
    with pytest.raises(Refused, match="уже спросили"):
        ask(session, held, days=1, reason="И ещё", by=anna, now=NOW)


def test_what_one_may_do_alone_is_not_asked(session, flat_2, ivanov_deal, anna):
    short = estate.book(session, flat_2, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)

    with pytest.raises(Refused, match="сами"):
        ask(session, short, days=1, reason="Так", by=anna, now=NOW)
    with pytest.raises(Invalid):
        ask(session, short, days=7, reason=" ", by=anna, now=NOW)


def test_only_a_head_above_answers_and_only_the_asker_takes_back(session, asked, anna, maria, stas, boris):
    for person in (anna, maria, stas):
        with pytest.raises(Forbidden):
            approvals.approve(session, asked, by=person, now=NOW)
    with pytest.raises(Forbidden):
        approvals.withdraw(session, asked, by=boris, now=NOW)
    approvals.withdraw(session, asked, by=anna, now=NOW)

    assert asked.state is ApprovalState.WITHDRAWN


@pytest.mark.parametrize("ended", ["expired", "cancelled"])
def test_the_request_ends_with_the_booking(session, held, asked, anna, ended):
    if ended == "expired":
        estate.expire(session, now=held.until)
    else:
        estate.cancel(session, held, by=anna, now=NOW)

    assert asked.state is ApprovalState.LAPSED
    event = told(session, "approval.lapsed")
    assert event.actor_id is None and CONCERNED[event.name](session, event) == {anna.id}


def test_a_term_that_has_passed_ends_it_also_before_the_sweep(session, held, asked, boris):
    """Workers are down: nobody has closed the booking, and yet there is nothing to answer."""
    late = held.until

    assert reading.queue(session, boris, decided=False, now=late).rows == []
    assert around(session, boris, now=late).waiting == 0
    with pytest.raises(Refused, match="Поздно"):
        approvals.approve(session, asked, by=boris, now=late)
    assert held.state is BookingState.ACTIVE and held.extensions == 0


def test_a_head_of_others_counts_none_of_it(session, asked, boris):
    rustam = User(login="rustam", name="Рустам", role=Role.HEAD, password_hash="-")
    session.add(rustam)
    session.flush()

    assert around(session, rustam, now=NOW).waiting == 0
    assert reading.queue(session, rustam, decided=False, now=NOW).counts == {}
    assert around(session, boris, now=NOW).waiting == 1


def test_a_question_lives_as_long_as_its_booking(session, held, asked, boris):
    estate.extend(session, held, days=1, by=boris, now=NOW)

    assert asked.until == held.until and around(session, boris, now=NOW).waiting == 1


def test_several_at_once_and_what_is_over_does_not_stop_the_others(
    session, held, asked, flat_2, ivanov_deal, anna, boris
):
    other = estate.book(session, flat_2, deal_id=ivanov_deal.id, days=7, by=anna, now=NOW)
    second = ask(session, other, days=1, reason="Ждёт жену", by=anna, now=NOW)
    estate.cancel(session, held, by=anna, now=NOW)

    decided = approvals.approve_many(session, [second, asked], by=boris, now=NOW)

    assert decided.done == [second] and other.extensions == 1
    assert [(one.id, sentence) for one, sentence in decided.refused] == [
        (asked.id, "По этому запросу уже есть решение")
    ]


def test_two_answers_at_the_same_moment_are_one(database, session, held, asked, boris):
    """The head presses in two tabs: the booking is extended once."""
    session.commit()
    barrier, outcomes = threading.Barrier(2, timeout=10), []

    def attempt():
        with Session(work.engine()) as own:
            mine, by = own.get_one(Approval, asked.id), own.merge(boris)
            assert mine.asked_by
            barrier.wait()
            try:
                approvals.approve(own, mine, by=by, now=NOW)
                own.commit()
                outcomes.append("done")
            except Refused:
                outcomes.append("told")

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.refresh(held)
    assert sorted(outcomes) == ["done", "told"] and held.extensions == 1
