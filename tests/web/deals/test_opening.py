"""A new deal in three fields: everything wrong is told at once and nothing typed is lost."""

import pytest
from sqlmodel import func, select

from domain.deals import Deal
from domain.parties.models import Person
from tests.sites import HTMX

FORM = {
    "client": "Сидорова Анна",
    "phone": "8 (921) 555-44-33",
    "title": "Студия",
    "amount": "4 500 000,50 ₽",
}


def test_a_plain_form_opens_a_deal_and_a_client(open_client, session, flats, anna):
    answer = open_client("anna").post("/deals", data=FORM)

    deal = session.exec(select(Deal).where(Deal.title == "Студия")).one()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{deal.id}")
    assert (deal.person.name, deal.person.phone) == ("Сидорова Анна", "+79215554433")
    assert (str(deal.amount), deal.responsible_id) == ("4500000.50", anna.id)


def test_htmx_is_led_to_the_deal(open_client, flats):
    answer = open_client("anna").post("/deals", data=FORM, headers=HTMX)

    assert answer.status_code == 200 and answer.headers["hx-redirect"].startswith("/deals/")


def test_the_same_phone_is_the_same_person(open_client, session, ivanov):
    open_client("anna").post("/deals", data={**FORM, "phone": "+7 921 123-45-67"})

    assert session.exec(select(Deal).where(Deal.title == "Студия")).one().person_id == ivanov.id


def test_a_colleagues_client_is_refused_with_the_owner_and_the_form_kept(open_client, session, ivanov):
    answer = open_client("maria").post("/deals", data={**FORM, "phone": "+79211234567"}, headers=HTMX)

    assert answer.status_code == 409
    assert "Анна Королёва" in answer.text and 'value="Студия"' in answer.text
    assert session.exec(select(func.count()).select_from(Deal)).one() == 1


@pytest.mark.parametrize(
    "field, value",
    [
        ("title", ""),
        ("title", "я" * 301),
        ("client", "  "),
        ("client", "я" * 201),
        ("phone", "123"),
        ("amount", "много"),
        ("amount", "-1"),
        ("amount", "NaN"),
        ("amount", "1e30"),
        ("funnel", "999"),
        ("funnel", "9" * 40),
    ],
)
def test_a_wrong_field_keeps_the_rest(open_client, session, flats, field, value):
    answer = open_client("anna").post("/deals", data={**FORM, field: value}, headers=HTMX)

    assert answer.status_code == 422
    assert "aria-invalid" in answer.text or field == "funnel"
    kept = next(name for name in ("title", "client") if name != field)
    assert f'value="{FORM[kept]}"' in answer.text
    assert (
        session.exec(select(func.count()).select_from(Person).where(Person.name == FORM["client"])).one() == 0
    )


def test_all_wrong_fields_are_told_at_once(open_client, flats):
    answer = open_client("anna").post("/deals", data={"amount": "x", "phone": "1"}, headers=HTMX)

    assert answer.text.count('aria-invalid="true"') == 3


def test_a_nul_byte_is_not_kept_and_breaks_nothing(open_client, session, flats):
    answer = open_client("anna").post("/deals", data={**FORM, "title": "Сту\0дия"})

    assert answer.status_code in {303, 400, 422}


def test_the_form_is_a_page_and_a_dialog(open_client, flats):
    anna = open_client("anna")

    assert "<html" in anna.get("/deals/new").text
    assert "<html" not in anna.get("/deals/new", headers=HTMX).text


def test_a_known_client_is_recognised_while_one_types(open_client, ivanov):
    assert "Иванов Пётр" in open_client("anna").get("/deals/similar?phone=921123", headers=HTMX).text


def test_of_a_colleagues_client_only_the_owner_is_told(open_client, ivanov):
    told = open_client("stas").get("/deals/similar?phone=9211234567", headers=HTMX).text

    assert "Анна Королёва" in told and "Иванов" not in told and "123-45-67" not in told


def test_options_are_ones_own_open_deals(open_client, ivanov_deal):
    mine = open_client("anna").get("/deals/options?q=двухк", headers=HTMX).text

    assert f'data-value="{ivanov_deal.id}"' in mine and 'role="option"' in mine
    assert open_client("maria").get("/deals/options?q=двухк", headers=HTMX).text.strip() == ""


@pytest.mark.parametrize("login, status", [("boris", 200), ("olga", 403), ("vera", 403), ("admin", 403)])
@pytest.mark.parametrize("address", ["/deals/new", "/deals/similar"])
def test_who_may_open(open_client, flats, login, status, address):
    assert open_client(login).get(address).status_code == status


@pytest.mark.parametrize("login", ["olga", "vera", "admin"])
def test_others_open_nothing(open_client, session, flats, login):
    assert open_client(login).post("/deals", data=FORM).status_code == 403
