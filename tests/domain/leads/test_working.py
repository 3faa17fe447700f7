"""One takes it, makes a deal of it or puts it aside; a client has one manager."""

import threading

import pytest
from sqlmodel import select

from domain import deals, leads
from domain.access.models import User
from domain.deals.models import Deal
from domain.events import Event
from domain.kernel import clock
from domain.kernel.errors import DomainError, Invalid, Missing, Refused
from domain.leads import Lead, LeadState
from domain.parties.models import Person
from jobs.work import unit_of_work
from tests.world import published

NOW = clock.now()


@pytest.fixture
def receive(session):
    def received(phone="+79215550011", unit=None, region=None):
        lead = leads.receive(
            session, name="Нина Петрова", phone=phone, source="widget", consent=published.consent(session),
            unit_id=unit.id if unit else None, now=NOW,
        )  # fmt: skip
        lead.region_id = region or lead.region_id
        session.flush()
        return lead

    return received


def names_of(session, lead):
    about = select(Event).where(Event.subject_kind == "lead", Event.subject_id == lead.id).order_by(Event.id)
    return [event.name for event in session.exec(about)]


def test_taking_makes_it_ones_own(receive, session, anna, maria):
    lead = receive()
    leads.take(session, lead, by=anna, now=NOW)

    assert (lead.state, lead.responsible_id) == (LeadState.TAKEN, anna.id)
    with pytest.raises(Missing):
        leads.get_lead(session, maria, lead.id)


def test_who_comes_second_reads_who_was_first(receive, session, anna, maria):
    lead = receive()
    leads.take(session, lead, by=anna, now=NOW)

    with pytest.raises(Refused, match="Анна Королёва"):
        leads.take(session, lead, by=maria, now=NOW)
    assert lead.responsible_id == anna.id


def test_of_many_who_take_at_once_one_wins(database, session, receive):
    lead = receive()
    session.commit()
    ready, told = threading.Barrier(6), []

    def press(login: str) -> None:
        ready.wait()
        try:
            with unit_of_work() as own:
                person = own.exec(select(User).where(User.login == login)).one()
                leads.take(own, own.get_one(Lead, lead.id), by=person, now=NOW)
            told.append(login)
        except DomainError as no:
            told.append(no.sentence)

    people = [threading.Thread(target=press, args=(login,)) for login in ("anna", "maria", "boris") * 2]
    for each in people:
        each.start()
    for each in people:
        each.join()

    winners = [one for one in told if one in {"anna", "maria", "boris"}]
    session.expire_all()
    assert len(winners) == 1 and len(told) == 6, told
    assert session.get_one(Lead, lead.id).responsible.login == winners[0]
    assert names_of(session, lead).count("lead.taken") == 1


def test_a_deal_opens_with_a_new_client_and_the_flat_in_its_name(receive, session, timur, flat_1):
    lead = receive(unit=flat_1)
    deal = leads.make_deal(session, lead, by=timur, now=NOW).deal

    assert (lead.state, lead.deal_id, lead.responsible_id) == (LeadState.DEAL, deal.id, timur.id)
    assert (deal.person.phone, deal.person.responsible_id, deal.source) == (lead.phone, timur.id, "widget")
    assert "1" in deal.title and "Дом 1" in deal.title
    assert names_of(session, lead) == ["lead.received", "lead.became_deal"]


def test_a_known_client_gets_another_deal_and_no_twin(receive, session, anna, ivanov):
    lead = receive(phone=ivanov.phone)
    deal = leads.make_deal(session, lead, by=anna, now=NOW).deal

    assert deal.person_id == ivanov.id
    assert len(session.exec(select(Person).where(Person.phone == ivanov.phone)).all()) == 1


def test_a_client_of_a_colleague_goes_to_the_colleague(receive, session, maria, anna):
    """Who became Anna's client after the request had come."""
    lead = receive()
    session.add(Person(name="Нина", phone=lead.phone, responsible_id=anna.id, created_at=NOW))
    session.flush()
    before = len(session.exec(select(Deal)).all())
    outcome = leads.make_deal(session, lead, by=maria, now=NOW)

    assert outcome.deal is None and outcome.handed_to.id == anna.id
    assert (lead.responsible_id, lead.state) == (anna.id, LeadState.NEW)
    assert len(session.exec(select(Deal)).all()) == before
    assert names_of(session, lead)[-1] == "lead.handed"


def test_of_somebody_dismissed_it_goes_to_their_head(receive, session, maria, anna, boris):
    lead = receive()
    session.add(Person(name="Нина", phone=lead.phone, responsible_id=anna.id, created_at=NOW))
    anna.disabled_at = NOW
    session.flush()

    assert leads.make_deal(session, lead, by=maria, now=NOW).handed_to.id == boris.id


def test_the_head_makes_a_deal_for_the_clients_manager(receive, session, boris, anna, ivanov):
    lead = receive(phone=ivanov.phone)
    deal = leads.make_deal(session, lead, by=boris, now=NOW).deal

    assert deal.responsible_id == anna.id and deals.get_visible(session, anna, deal.id)


def test_one_request_makes_one_deal(receive, session, anna):
    lead = receive()
    leads.make_deal(session, lead, by=anna, now=NOW)

    with pytest.raises(Refused, match="уже есть сделка"):
        leads.make_deal(session, lead, by=anna, now=NOW)


def test_putting_aside_asks_why(receive, session, anna):
    lead = receive()
    with pytest.raises(Invalid):
        leads.junk(session, lead, reason="  ", by=anna, now=NOW)
    leads.junk(session, lead, reason="реклама", by=anna, now=NOW)

    assert (lead.state, lead.junk_reason, lead.responsible_id) == (LeadState.JUNK, "реклама", anna.id)


def test_a_request_of_a_colleague_cannot_be_put_aside(receive, session, anna, maria):
    lead = receive()
    leads.take(session, lead, by=anna, now=NOW)

    with pytest.raises(Refused, match="Анна Королёва"):
        leads.junk(session, lead, reason="реклама", by=maria, now=NOW)


def test_the_flat_counts_only_what_the_person_may_see(receive, session, flat_1, timur, anna):
    receive(unit=flat_1)

    assert leads.count_of_unit(session, timur, flat_1.id) == 1
    assert leads.count_of_unit(session, anna, flat_1.id) == 0


def test_the_list_is_one_screenful_of_statements(receive, session, boris, queries):
    for digit in range(5):
        receive(phone=f"+7921555001{digit}")
    with queries(3):
        page = leads.list_leads(session, boris, states=(LeadState.NEW,))

    assert page.waiting == len(page.lines) == 5
