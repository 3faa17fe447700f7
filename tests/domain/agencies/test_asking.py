"""Bookings asked for by agents: they hold nothing until a manager confirms; the first answer counts."""

from datetime import timedelta

import pytest
from sqlmodel import select

from domain import deals, estate
from domain.agencies import asking, fixing
from domain.agencies.models import AgencyDeal, RequestState
from domain.estate import Availability
from domain.kernel import clock
from domain.kernel.errors import Invalid, Refused
from domain.parties.models import Person

NOW = clock.now()


@pytest.fixture
def client(session, nevsky, agata):
    return fixing.fix(session, name="Савельев Пётр", phone="+79215550101", by=agata, now=NOW)


@pytest.fixture
def request_1(session, client, flat_1, agata):
    return asking.ask(session, client, flat_1, text="В субботу", by=agata, now=NOW)


def test_a_request_holds_nothing(session, request_1, flat_1, ivanov_deal, anna):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)

    with pytest.raises(estate.claims.Taken):
        asking.confirm(session, request_1, days=3, by=anna, now=NOW)


def test_a_confirmed_request_is_a_booking_for_a_deal_of_the_client(session, request_1, client, flat_1, anna):
    booking = asking.confirm(session, request_1, days=3, by=anna, now=NOW)

    deal = session.get_one(deals.Deal, booking.deal_id)
    sale = session.exec(select(AgencyDeal).where(AgencyDeal.deal_id == deal.id)).one()
    assert (request_1.state, request_1.deal_id) == (RequestState.CONFIRMED, deal.id)
    assert (deal.responsible_id, deal.person.phone, deal.amount) == (anna.id, client.phone, flat_1.price)
    assert (sale.agency_id, sale.agent_id) == (client.agency_id, client.agent_id)


def test_a_second_unit_joins_the_deal_of_the_first(session, request_1, client, flat_2, agata, anna):
    first = asking.confirm(session, request_1, days=3, by=anna, now=NOW)
    another = asking.ask(session, client, flat_2, text="", by=agata, now=NOW)

    assert asking.confirm(session, another, days=1, by=anna, now=NOW).deal_id == first.deal_id


def test_a_deal_that_went_to_a_colleague_is_not_joined(
    session, request_1, client, flat_2, agata, anna, maria
):
    first = asking.confirm(session, request_1, days=3, by=anna, now=NOW)
    session.get_one(deals.Deal, first.deal_id).responsible_id = maria.id
    another = asking.ask(session, client, flat_2, text="", by=agata, now=NOW)

    second = asking.confirm(session, another, days=1, by=anna, now=NOW)
    assert second.deal_id != first.deal_id
    assert session.get_one(deals.Deal, second.deal_id).responsible_id == anna.id


def test_only_the_first_answer_counts(session, request_1, anna, agata):
    asking.decline(session, request_1, answer="Квартира под ремонтом", by=anna, now=NOW)
    session.flush()

    for late in (
        lambda: asking.confirm(session, request_1, days=3, by=anna, now=NOW),
        lambda: asking.withdraw(session, request_1, by=agata, now=NOW),
    ):
        with pytest.raises(Refused):
            late()
    assert (request_1.state, request_1.answer) == (RequestState.DECLINED, "Квартира под ремонтом")


def test_a_refusal_says_why(session, request_1, anna):
    with pytest.raises(Invalid):
        asking.decline(session, request_1, answer="  ", by=anna, now=NOW)
    assert request_1.state is RequestState.WAITING


def test_the_same_unit_is_asked_for_once(session, request_1, client, flat_1, agata):
    with pytest.raises(Refused):
        asking.ask(session, client, flat_1, text="", by=agata, now=NOW)


@pytest.mark.parametrize("availability", [Availability.SOLD, Availability.CONTRACT, Availability.OFF])
def test_what_is_not_on_sale_can_not_be_asked_for(session, client, flat_1, agata, availability):
    flat_1.availability = availability

    with pytest.raises(Refused):
        asking.ask(session, client, flat_1, text="", by=agata, now=NOW)


def test_a_client_no_longer_fixed_can_not_be_booked_for(session, client, flat_1, agata):
    with pytest.raises(Refused):
        asking.ask(session, client, flat_1, text="", by=agata, now=NOW + timedelta(days=31))


def test_a_client_who_is_not_the_agencys_any_more_is_not_booked_for(
    session, request_1, client, anna, agata, bulat, kazan_homes
):
    over = client.until
    with pytest.raises(Refused, match=r"больше не закреплён за «АН «Невский»»"):
        asking.confirm(session, request_1, days=3, by=anna, now=over)

    fixing.release(session, client, by=agata, now=NOW)
    theirs = fixing.fix(session, name="Савельев", phone=client.phone, by=bulat, now=NOW)
    assert theirs.agency_id == kazan_homes.id
    with pytest.raises(Refused, match="больше не закреплён"):
        asking.confirm(session, request_1, days=3, by=anna, now=NOW)
    assert request_1.state is RequestState.WAITING


def test_a_client_who_became_a_colleagues_is_refused_by_name(session, request_1, client, maria, anna):
    session.add(Person(name="Он же", phone=client.phone, responsible_id=maria.id))
    session.flush()

    with pytest.raises(Refused) as no:
        asking.confirm(session, request_1, days=3, by=anna, now=NOW)
    assert maria.name in no.value.sentence
