"""The agent's desk over HTTP, and the manager's answer: own, colleague's, stranger's, role."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import estate
from domain.agencies.models import Agency, Agent, BookingRequest, Fixation, RequestState
from domain.estate.pricing import Criteria
from domain.estate.pricing.models import Effect
from domain.estate.pricing.promotions import add_promotion
from domain.kernel import clock, formats
from domain.kernel.settings import settings
from tests.world import published
from tests.world.promoted import five_off


@pytest.fixture
def nevsky(session, anna, agata):
    agency = Agency(name="АН «Невский»", manager_id=anna.id)
    session.add(agency)
    session.flush()
    session.add(Agent(user_id=agata.id, agency_id=agency.id))
    published.publish(session)
    session.commit()
    return agency


@pytest.fixture
def fixed(session, nevsky, open_client):
    open_client("agata").post("/agent/clients", data={"name": "Пётр Савельев", "phone": "8 921 555-01-01"})
    session.rollback()
    return session.exec(select(Fixation)).one()


@pytest.fixture
def asked(session, fixed, flat_1, open_client):
    answer = open_client("agata").post(
        f"/agent/stock/{flat_1.id}/requests", data={"fixation_id": fixed.id, "text": "В субботу"}
    )
    assert answer.headers["location"] == "/agent/requests", answer.text
    session.rollback()
    return session.exec(select(BookingRequest)).one()


def test_an_agent_comes_to_what_is_on_sale(open_client, nevsky, flat_1):
    agata = open_client("agata")

    assert agata.get("/").headers["location"] == "/agent/stock"
    page = agata.get("/agent/stock").text
    assert f'href="/agent/stock/{flat_1.id}"' in page
    assert 'href="/deals"' not in page and 'href="/estate"' not in page


def test_what_is_not_published_is_not_theirs_either(open_client, session, nevsky, flat_1):
    published.publish(session, published=False)
    session.commit()
    agata = open_client("agata")

    page = agata.get("/agent/stock").text
    assert "/agent/stock/" not in page and "Речной" not in page
    assert agata.get(f"/agent/stock/{flat_1.id}").status_code == 404
    assert agata.post(f"/agent/stock/{flat_1.id}/requests", data={"fixation_id": 1}).status_code == 404


def test_what_is_booked_is_not_there_and_nobody_is_named(
    open_client, session, nevsky, flat_1, ivanov_deal, anna
):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()
    agata = open_client("agata")

    assert f'href="/agent/stock/{flat_1.id}"' not in agata.get("/agent/stock").text
    gone = agata.get(f"/agent/stock/{flat_1.id}")
    assert gone.status_code == 404
    assert "Королёва" not in gone.text and "Иванов" not in gone.text


def test_agents_see_public_promotions_and_no_internal_ones(
    open_client, session, nevsky, river, boris, flat_1, flat_2
):
    now = clock.now()
    end = datetime(2126, 12, 1, tzinfo=settings().zone)
    first = five_off(now, criteria=Criteria(rooms=frozenset({0})), ends_at=end)
    add_promotion(session, river, first, by=boris, now=now)
    own = five_off(
        now, badge="Своим", value=Decimal(50), criteria=Criteria(rooms=frozenset({1, 2})), public=False
    )
    add_promotion(session, river, own, by=boris, now=now)
    session.commit()
    agata = open_client("agata")

    for page in (agata.get("/agent/stock").text, agata.get(f"/agent/stock/{flat_1.id}").text):
        assert "−5 %" in page and "до 30 ноября 2126" in page.replace("\xa0", " ")
        assert formats.money(flat_1.price * Decimal("0.95")) in page
        assert f'<s class="muted">{formats.money(flat_1.price)}</s>' in page
    assert "Своим" not in agata.get("/agent/stock").text
    assert formats.money(flat_2.price) in agata.get(f"/agent/stock/{flat_2.id}").text


def test_agents_look_for_the_price_with_the_promotion(open_client, session, nevsky, river, boris, flat_1):
    """Dearer by the price list, cheaper today: within the client's money, and first in the list."""
    flat_1.price = Decimal(30_000_000)
    session.flush()
    now = clock.now()
    only = Criteria(floor_to=1, places=frozenset({flat_1.position}))
    off = five_off(now, effect=Effect.AMOUNT, value=Decimal(29_000_000), criteria=only)
    add_promotion(session, river, off, by=boris, now=now)
    session.commit()

    page = open_client("agata").get("/agent/stock", params={"price_to": "1,5"}).text
    assert f'href="/agent/stock/{flat_1.id}"' in page and "Найдено: 1" in page
    page = open_client("agata").get("/agent/stock").text
    assert page.index(f'"/agent/stock/{flat_1.id}"') == page.index('"/agent/stock/')


def test_the_manager_reads_what_a_booking_comes_to_today(open_client, session, asked, river, boris, flat_1):
    now = clock.now()
    add_promotion(session, river, five_off(now, public=False), by=boris, now=now)
    session.commit()

    assert formats.money(flat_1.price * Decimal("0.95")) in open_client("anna").get("/agencies/requests").text


def test_the_unit_shows_its_facts_and_a_form(open_client, fixed, flat_1):
    page = open_client("agata").get(f"/agent/stock/{flat_1.id}").text

    assert "Запросить бронь" in page and "Пётр Савельев" in page


@pytest.mark.parametrize("address", ["/deals", "/estate", "/people", "/bookings", "/agencies", "/exchange"])
def test_the_company_is_closed_to_agents(open_client, nevsky, address):
    assert open_client("agata").get(address).status_code == 403


def test_a_client_of_ours_is_told_without_a_name(open_client, nevsky, ivanov):
    page = open_client("agata").post("/agent/clients", data={"name": "Он", "phone": ivanov.phone})

    assert page.status_code == 200 and "Это уже наш клиент" in page.text
    assert "Королёва" not in page.text and ivanov.name not in page.text


def test_a_wrong_phone_keeps_the_form(open_client, nevsky):
    page = open_client("agata").post("/agent/clients", data={"name": "Пётр", "phone": "12"})

    assert page.status_code == 422 and 'value="Пётр"' in page.text and 'value="12"' in page.text


def test_the_manager_books_and_the_agent_reads_it(open_client, session, asked, flat_1):
    anna = open_client("anna")
    assert "Пётр Савельев" in anna.get("/agencies/requests").text

    done = anna.post(f"/agencies/requests/{asked.id}/confirmation", data={"days": 3})

    assert done.status_code == 303
    session.rollback()
    session.refresh(asked)
    assert asked.state is RequestState.CONFIRMED
    assert "заброниров" in open_client("agata").get("/agent/requests").text


def test_who_came_second_reads_who_was_first(open_client, session, asked, flat_1, ivanov_deal, anna):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()

    late = open_client("anna").post(f"/agencies/requests/{asked.id}/confirmation", data={"days": 3})

    assert late.status_code == 409 and "уже забронировано" in late.text
    assert "заняли другие" in open_client("agata").get("/agent/requests").text


def test_a_refusal_needs_its_reason(open_client, asked):
    anna = open_client("anna")
    assert anna.post(f"/agencies/requests/{asked.id}/refusal", data={"answer": " "}).status_code == 422

    anna.post(f"/agencies/requests/{asked.id}/refusal", data={"answer": "На ремонте"})

    assert "На ремонте" in open_client("agata").get("/agent/requests").text


@pytest.mark.parametrize(("login", "status"), [("maria", 404), ("stas", 404), ("vera", 403), ("boris", 303)])
def test_only_who_answers_for_the_agency_and_their_head_answer(open_client, asked, login, status):
    answer = open_client(login).post(f"/agencies/requests/{asked.id}/confirmation", data={"days": 1})

    assert answer.status_code == status


def test_the_card_shows_people_clients_and_requests(open_client, nevsky, asked):
    page = open_client("anna").get(f"/agencies/{nevsky.id}").text

    assert all(word in page for word in ("Агата Ильина", "Пётр Савельев", "В субботу"))
    assert open_client("maria").get(f"/agencies/{nevsky.id}").status_code == 404


def test_a_head_gives_a_login_and_takes_it_away_with_the_agency(open_client, session, nevsky, agata):
    boris = open_client("boris")
    given = {"login": "novaya", "name": "Нина Новая", "password": "длинный пароль"}
    assert boris.post(f"/agencies/{nevsky.id}/agents", data=given).status_code == 303
    agent = open_client("novaya")
    assert agent.get("/agent/stock").status_code == 200

    boris.post(f"/agencies/{nevsky.id}/parting")

    assert agent.get("/agent/stock").status_code in {401, 303}
    boris.post(f"/agencies/{nevsky.id}/reopening")
    assert open_client("novaya").get("/agent/stock").status_code == 200


def test_managers_do_not_add_agencies(open_client):
    assert open_client("anna").post("/agencies", data={"name": "Своё"}).status_code == 403


def test_an_agency_is_added_with_its_fields_checked(open_client, session, anna):
    boris = open_client("boris")
    wrong = boris.post("/agencies", data={"name": "", "inn": "123", "fixed_for": 0, "manager_id": anna.id})
    assert wrong.status_code == 422
    assert {"Как называется агентство", "ИНН с ошибкой", "От 1 до 365"} <= {
        word for word in ("Как называется агентство", "ИНН с ошибкой", "От 1 до 365") if word in wrong.text
    }

    made = boris.post(
        "/agencies", data={"name": "АН", "fixed_for": 10, "most_bookings": 2, "manager_id": anna.id}
    )

    session.rollback()
    assert session.exec(select(Agency)).one().manager_id == anna.id
    assert made.status_code in {201, 303}
