"""Search: what people remember is found, by the beginnings of words and either end of a phone."""

import re

import pytest
import sqlalchemy as sa

from domain import deals, parties
from domain.kernel import clock, seeking
from domain.kernel.db import kept
from domain.parties import companies
from domain.search import searching
from domain.search.searching import search


@pytest.mark.parametrize(
    "q",
    [
        "Иванов", "иван", "петр", "Пётр Иванов", "сергеевич  ПЕТР", "+7 921 123-45-67", "8 (921) 123-45-67",
        "9211234567", "4567", "45-67", "921123", "8921123",
    ],
)  # fmt: skip
def test_a_client_is_found_with_the_deal(session, anna, ivanov, ivanov_deal, q):
    found = search(session, anna, q)

    assert [hit.href for hit in found.clients] == [f"/people/{ivanov.id}"]
    assert [hit.href for hit in found.deals] == [f"/deals/{ivanov_deal.id}"]


@pytest.mark.parametrize("q", ["ванов", "Иванов Олег", "123456", "'", "«»", "a'b & !c:*", "\\", "%_%", "_"])
def test_what_nobody_is_called_is_not_found(session, anna, ivanov_deal, q):
    found = search(session, anna, q)

    assert not found.clients


def test_a_company_and_a_title_are_found_whatever_signs_surround_the_words(session, anna, flats):
    client = companies.add_company(session, name="АО «Северный порт-2»", by=anna, now=clock.now())
    deal = deals.open_deal(
        session, funnel=flats, title="Дымоудаление, цех 4", client=client, by=anna, now=clock.now()
    )

    for q in ("северный порт", "порт-2", "ао сев", "дымо", "цех 4"):
        assert [hit.href for hit in search(session, anna, q).deals] == [f"/deals/{deal.id}"], q


def test_nobody_finds_what_is_not_theirs(session, maria, ivanov_deal):
    for q in ("Иванов", "4567", str(ivanov_deal.id)):
        found = search(session, maria, q)
        assert not found.clients and not found.deals


def test_ones_own_client_is_found_behind_thousands_of_others_of_the_name(session, anna, maria, monkeypatch):
    monkeypatch.setattr(kept, "__call__", lambda one, *args, **named: one.build(*args, **named))
    for module in (seeking, searching):
        monkeypatch.setattr(module, "MOST_LOOKED_AT", 3)
    for place in range(5):
        phone = f"+7 921 555-00-1{place}"
        parties.find_or_add_person(session, name="Соколов Олег", phone=phone, by=maria, now=clock.now())
    own = parties.find_or_add_person(
        session, name="Соколов Олег", phone="+7 921 555-00-99", by=anna, now=clock.now()
    )

    assert [hit.href for hit in search(session, anna, "соколов").clients] == [f"/people/{own.id}"]


def test_the_database_parts_words_as_we_do(session):
    text = "ООО «Ёлка-2»: «дом» №3/4, кв. 5 (вход со двора) — A_b'c\"d\\e\tf %&|!"

    told = session.execute(sa.select(sa.cast(sa.func.words_of(text), sa.Text))).scalar_one()

    assert set(re.findall(r"'([^']*)'", told)) == set(seeking.words(text))
