"""The client base: one's own clients, their requisites, and nobody twice."""

import pytest
from sqlmodel import select

from domain.events import Event
from domain.parties.models import Company

GOOD = {
    "name": "ООО «Литера»",
    "full_name": "",
    "inn": "7707083893",
    "kpp": "770701099",
    "ogrn": "1027700132195",
}


def test_a_manager_sees_own_clients_the_head_his_peoples_and_a_stranger_none(open_client, ivanov, mayak):
    for login, sees in (("anna", True), ("boris", True), ("olga", True), ("maria", False), ("stas", False)):
        browser = open_client(login)
        assert ("Иванов Пётр" in browser.get("/people").text) is sees, login
        assert ("Маяк" in browser.get("/companies").text) is sees, login
        assert browser.get(f"/people/{ivanov.id}").status_code == (200 if sees else 404), login
        assert browser.get(f"/companies/{mayak.id}").status_code == (200 if sees else 404), login


def test_somebody_elses_client_and_nobody_look_the_same(open_client, ivanov):
    stas = open_client("stas")

    foreign, nothing = stas.get(f"/people/{ivanov.id}"), stas.get("/people/999999")

    assert foreign.status_code == nothing.status_code == 404
    assert foreign.text == nothing.text


@pytest.mark.parametrize("q", ["иванов", "Пётр", "921123", "+7 921 123-45-67"])
def test_a_client_is_found_by_what_one_remembers(open_client, ivanov, q):
    assert "Иванов" in open_client("anna").get("/people", params={"q": q}).text
    assert "Иванов" in open_client("anna").get("/search", params={"q": q}).text
    assert "Иванов" not in open_client("stas").get("/search", params={"q": q}).text


def test_a_company_with_right_requisites_is_kept_and_announced(open_client, session):
    answer = open_client("anna").post("/companies", data=GOOD)

    assert answer.status_code == 303
    company = session.exec(select(Company).where(Company.kpp == "770701099")).one()
    assert session.exec(
        select(Event).where(Event.name == "company.added", Event.subject_id == company.id)
    ).one()


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"inn": "7707083894"}, "не сходится"),
        ({"inn": "770708"}, "10 цифр"),
        ({"kpp": "12"}, "9 знаков"),
        ({"ogrn": "1027700132196"}, "не сходится"),
        ({"name": "  "}, "Как называется"),
    ],
)
def test_a_wrong_digit_is_said_at_its_field_and_the_rest_is_kept(open_client, wrong, word):
    answer = open_client("anna").post("/companies", data=GOOD | wrong)

    assert answer.status_code == 422 and word in answer.text and 'aria-invalid="true"' in answer.text
    kept = "770701099" if "kpp" not in wrong else "7707083893"
    assert f'value="{kept}"' in answer.text


def test_the_same_inn_and_kpp_twice_is_refused_and_only_its_owner_is_told_the_name(
    open_client, session, mayak
):
    twin = GOOD | {"inn": mayak.inn, "kpp": mayak.kpp}

    for login, told in (("anna", True), ("maria", False)):
        answer = open_client(login).post("/companies", data=twin)

        assert answer.status_code == 409 and "Анна Королёва" in answer.text
        assert ("Маяк" in answer.text) is told
    session.rollback()
    assert len(session.exec(select(Company).where(Company.inn == mayak.inn)).all()) == 1


def test_saving_what_did_not_change_writes_nothing(open_client, session, mayak):
    same = {
        "name": mayak.name,
        "full_name": "",
        "inn": mayak.inn,
        "kpp": mayak.kpp,
        "ogrn": "",
        "version": "1",
    }

    assert open_client("anna").post(f"/companies/{mayak.id}", data=same).status_code == 303

    session.rollback()
    assert session.exec(select(Event).where(Event.name == "company.edited")).all() == []


def test_an_engineer_and_the_admin_have_no_clients(open_client):
    for login in ("vera", "admin"):
        assert open_client(login).get("/people").status_code == 403
