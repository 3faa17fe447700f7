"""A request comes in once, with its consent, and to the right people."""

from datetime import timedelta

import pytest
from sqlmodel import select

from domain import leads
from domain.events import Event
from domain.kernel import clock
from domain.kernel.errors import Invalid, Refused
from domain.leads import Consent, Lead, LeadState
from domain.notices.recipients import notify
from tests.world import published

NOW = clock.now()


@pytest.fixture
def receive(session, flat_1):
    def received(*, phone="8 921 555-00-11", now=NOW, **more):
        asked = {"name": "Нина", "source": "widget", "unit_id": flat_1.id} | more
        agreed = asked.pop("consent", None) or published.consent(session)
        return leads.receive(session, phone=phone, consent=agreed, now=now, **asked)

    return received


def test_what_was_typed_and_agreed_to_is_kept(receive, session, flat_1):
    lead = receive(
        text="Есть ли балкон?", page="https://river.example/flats", utm={"utm_source": "ya", "x": "y"}
    )

    assert (lead.phone, lead.unit_id, lead.state) == ("+79215550011", flat_1.id, LeadState.NEW)
    assert (lead.text, lead.utm) == ("Есть ли балкон?", {"utm_source": "ya"})
    assert lead.consent_text_id == published.wording(session).id


def test_it_waits_for_the_people_of_the_city_the_flat_is_in(receive, session, timur, anna, boris, stas):
    lead = receive()

    assert lead.region_id == timur.region_id
    assert leads.takers(session, lead) == {timur.id, boris.id}
    assert leads.get_lead(session, timur, lead.id) and leads.get_lead(session, boris, lead.id)
    for stranger in (anna, stas):
        assert leads.list_leads(session, stranger, states=tuple(LeadState)).lines == []


def test_a_known_client_goes_straight_to_their_manager(receive, session, ivanov, anna, timur):
    lead = receive(phone=ivanov.phone)

    assert lead.responsible_id == anna.id and lead.state is LeadState.NEW
    assert leads.count_new(session, anna) == 1 and leads.count_new(session, timur) == 0


def test_a_client_of_somebody_dismissed_waits_for_everyone(receive, ivanov, anna):
    anna.disabled_at = NOW

    assert receive(phone=ivanov.phone).responsible_id is None


def test_the_same_phone_about_the_same_flat_within_ten_minutes_is_one_request(receive, session, flat_2):
    first = receive()
    again = receive(now=NOW + timedelta(minutes=9), text="Ау")
    later = receive(now=NOW + timedelta(minutes=25))
    other = receive(unit_id=flat_2.id)

    assert again.id == first.id and (first.repeats, first.text) == (1, "Ау")
    assert len({first.id, later.id, other.id}) == 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": " "}, "name"),
        ({"phone": "123"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"name": "а" * 201}, "name"),
    ],
)
def test_what_cannot_be_called_back_is_refused_at_its_field(receive, asked, field):
    with pytest.raises(Invalid) as no:
        receive(**asked)
    assert field in no.value.fields


def test_without_consent_nothing_is_kept(session, flat_1):
    published.wording(session)
    with pytest.raises(Invalid) as no:
        leads.receive(session, name="Нина", phone="89215550011", source="x", consent=None, now=NOW)

    assert "agreed" in no.value.fields
    assert session.exec(select(Lead)).all() == []


def test_consent_to_another_wording_is_no_consent(receive, session):
    shown = published.wording(session)
    with pytest.raises(Refused, match="изменился"):
        receive(consent=Consent(shown.id + 1000, NOW))


def test_before_the_consent_is_worded_no_requests_are_taken(session):
    with pytest.raises(Refused, match="не принимаются"):
        leads.receive(session, name="Н", phone="89215550011", source="x", consent=Consent(1, NOW), now=NOW)


def test_history_and_the_bell_say_nothing_of_the_person(receive, session, timur):
    lead = receive()
    (event,) = session.exec(select(Event).where(Event.name == "lead.received")).all()
    notify(session, event)

    told = f"{event.payload} {event.topics}"
    assert lead.name not in told and "5550011" not in told
    assert "Речной квартал" in event.payload["about"]
