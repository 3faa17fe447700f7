"""How many units an agency and an agent hold: each limit says where it is raised, two at once are counted."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from domain import estate
from domain.access import Role, User
from domain.agencies import asking, fixing, limits
from domain.agencies.models import Agent, BookingRequest
from domain.estate.terms.allowances import LimitReached
from domain.estate.terms.models import Allowance, Whose
from domain.kernel import clock
from jobs import work
from tests.domain.agencies.conftest import agency_with

NOW = clock.now()
OWN, RULES = "на странице агентства", "в правилах броней"


@pytest.fixture
def ask(session, nevsky, agata):
    """A request of an agent for a client of his own."""

    def asked(unit, *, agent=agata, phone="+79215550101"):
        known = [one for one in fixing.clients(session, agent, now=NOW) if one.phone == phone]
        client = known[0] if known else fixing.fix(session, name="Савельев", phone=phone, by=agent, now=NOW)
        return asking.ask(session, client, unit, text="", by=agent, now=NOW)

    return asked


@pytest.fixture
def limit(session):
    def limited(whose: Whose, most: int | None):
        common = select(Allowance).where(Allowance.whose == whose, col(Allowance.user_id).is_(None))
        session.exec(common).one().most = most
        session.flush()

    return limited


@pytest.fixture
def second(session, nevsky) -> User:
    """Another agent of the same agency."""
    user = User(login="second", name="Второй", role=Role.AGENT, password_hash="-")
    session.add(user)
    session.flush()
    session.add(Agent(user_id=user.id, agency_id=nevsky.id))
    session.flush()
    return user


def confirm(session, request, anna, *, now=NOW):
    return asking.confirm(session, request, days=3, by=anna, now=now)


@pytest.mark.parametrize(("own", "each", "where"), [(1, None, OWN), (1, 5, OWN), (5, 1, RULES), (0, 0, OWN)])
def test_the_stricter_of_the_agencys_limits_holds_and_says_where_it_is_raised(
    session, nevsky, ask, limit, anna, flat_1, flat_2, own, each, where
):
    nevsky.most_bookings = own
    limit(Whose.AGENCY, each)
    held = [confirm(session, ask(flat_1), anna)] if own else []

    with pytest.raises(LimitReached, match="«АН «Невский»».*" + where) as no:
        confirm(session, ask(flat_2), anna)
    assert [one.booking_id for one in no.value.filling] == [booking.id for booking in held]
    assert limits.most(session, nevsky) == min(own, 1)


def test_each_agent_has_a_limit_of_his_own(session, ask, limit, second, anna, flat_1, flat_2, flat_3):
    limit(Whose.AGENT, 1)
    confirm(session, ask(flat_1), anna)

    with pytest.raises(LimitReached, match=f"Клиенты агента .*{RULES}"):
        confirm(session, ask(flat_2), anna)
    assert confirm(session, ask(flat_3, agent=second, phone="+79215550102"), anna).id


def test_without_common_limits_only_the_agencys_own_counts(session, ask, limit, anna, flat_1, flat_2):
    limit(Whose.AGENCY, None)
    limit(Whose.AGENT, None)
    for unit in (flat_1, flat_2):
        assert confirm(session, ask(unit), anna).id


def test_another_agencys_bookings_take_no_place(session, ask, limit, timur, anna, bulat, flat_1, flat_2):
    limit(Whose.AGENCY, 1)
    agency_with(session, "АН «Дом Казани»", timur, bulat)
    confirm(session, ask(flat_1, agent=bulat, phone="+79215550103"), timur)

    assert confirm(session, ask(flat_2), anna).id


def test_what_is_over_takes_no_place_at_its_very_minute(session, ask, limit, anna, flat_1, flat_2):
    limit(Whose.AGENCY, 1)
    over = confirm(session, ask(flat_1), anna).until
    waits = ask(flat_2)

    with pytest.raises(LimitReached):
        confirm(session, waits, anna, now=over - timedelta(seconds=1))
    assert confirm(session, waits, anna, now=over).id


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize("whose", [Whose.AGENCY, Whose.AGENT])
def test_two_requests_confirmed_at_once_do_not_pass_the_limit(
    database, session, ask, limit, anna, flat_1, flat_2, take_the_lock_away, whose, guarded
):
    """The control: without the lock both count before either has booked."""
    limit(whose, 1)
    asked = [ask(flat_1).id, ask(flat_2, phone="+79215550104").id]
    session.commit()
    together = threading.Barrier(2, timeout=10)
    if not guarded:
        take_the_lock_away(together)
    outcomes: list[str] = []

    def press(request_id: int) -> None:
        with Session(work.engine()) as own:
            request, by = own.get_one(BookingRequest, request_id), own.get_one(User, anna.id)
            if guarded:
                together.wait()
            try:
                confirm(own, request, by)
                own.commit()
                outcomes.append("booked")
            except LimitReached:
                outcomes.append("told")

    threads = [threading.Thread(target=press, args=(request_id,)) for request_id in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == (["booked", "told"] if guarded else ["booked", "booked"])
    held = select(estate.Booking).where(estate.Booking.state == estate.BookingState.ACTIVE)
    assert len(session.exec(held).all()) == (1 if guarded else 2)
