"""Booking over HTTP: one answer for the winner, another in words for everybody else."""

import re

import pytest
from sqlmodel import select

from domain import estate
from domain.deals.models import Deal
from domain.estate.models import Booking, BookingState
from domain.kernel import clock
from tests.sites import HTMX

PANEL = {**HTMX, "HX-Target": "aside#unit-panel"}


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())
    session.commit()
    return booking


def booking_of(session, unit):
    session.rollback()
    return session.exec(select(Booking).where(Booking.unit_id == unit.id, Booking.state == "active")).first()


def test_a_plain_form_books_and_shows_the_unit(open_client, session, flat_1, ivanov_deal):
    answer = open_client("anna").post(
        f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 3}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, f"/units/{flat_1.id}")
    assert booking_of(session, flat_1).price == flat_1.price


def test_the_panel_answers_with_itself_and_a_way_back(open_client, session, flat_1, ivanov_deal):
    answer = open_client("anna").post(
        f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1}, headers=PANEL
    )

    assert answer.status_code == 200 and "Снять бронь" in answer.text
    assert f"/bookings/{booking_of(session, flat_1).id}/cancellation" in answer.headers["hx-trigger"]


def test_the_second_one_gets_409_with_who_and_when_and_keeps_what_was_typed(open_client, held, flat_1):
    answer = open_client("maria").post(
        f"/units/{flat_1.id}/booking",
        data={"new": "1", "client": "Петрова Нина", "phone": "+7 921 555-00-11", "days": 7},
        headers=PANEL,
    )

    assert answer.status_code == 409
    assert "Анна Королёва" in answer.text
    assert 'role="alert" tabindex="-1" autofocus' in answer.text, "the words come into view wherever one was"
    for kept in ('value="Петрова Нина"', 'value="+7 921 555-00-11"', 'name="days" value="7"'):
        assert kept in answer.text


def test_one_press_books_a_similar_flat_with_what_was_typed(open_client, session, held, flat_1):
    maria = open_client("maria")
    typed = {"new": "1", "client": "Петрова Нина", "phone": "+7 921 555-00-11", "days": "7"}
    refused = maria.post(f"/units/{flat_1.id}/booking", data=typed, headers=PANEL).text
    offered = re.findall(r'formaction="(/units/\d+/booking)"', refused)
    assert "Дом 1 · 2 этаж" in refused

    answer = maria.post(offered[0], data=typed, headers=PANEL)

    assert answer.status_code == 200 and "Снять бронь" in answer.text


def test_the_loser_of_a_form_with_a_new_deal_leaves_no_deal_behind(open_client, session, held, flat_1):
    before = len(session.exec(select(Deal)).all())
    open_client("maria").post(
        f"/units/{flat_1.id}/booking",
        data={"new": "1", "client": "Петрова Нина", "phone": "+7 921 555-00-11", "days": 7},
    )
    session.rollback()

    assert len(session.exec(select(Deal)).all()) == before


def test_a_new_deal_is_opened_with_the_booking(open_client, session, flat_2):
    answer = open_client("maria").post(
        f"/units/{flat_2.id}/booking",
        data={"new": "1", "client": "Петрова Нина", "phone": "8 (921) 555-00-11", "days": 1},
        headers=PANEL,
    )

    assert answer.status_code == 200
    deal = session.get(Deal, booking_of(session, flat_2).deal_id)
    assert (deal.person.phone, deal.amount, deal.responsible.login) == ("+79215550011", flat_2.price, "maria")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"deal_id": ""}, "Выберите сделку"),
        ({"deal_id": "abc"}, "Выберите сделку"),
        ({"new": "1", "client": "", "phone": "89215550011"}, "Как зовут"),
        ({"new": "1", "client": "Нина", "phone": "8921"}, "не хватает"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_rest_is_kept(open_client, flat_1, typed, word):
    answer = open_client("maria").post(
        f"/units/{flat_1.id}/booking", data={"days": 7, **typed}, headers=PANEL
    )

    assert answer.status_code == 422 and word in answer.text
    assert 'value="7" checked' in answer.text


def test_days_that_are_no_term_are_refused_in_words(open_client, flat_1, ivanov_deal):
    answer = open_client("anna").post(
        f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 30}
    )

    assert answer.status_code == 422 and "1, 3 или 7" in answer.text


def test_a_foreign_deal_is_404_as_one_that_does_not_exist(open_client, flat_1, ivanov_deal):
    stas = open_client("stas")

    foreign = stas.post(f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1})
    nothing = stas.post(f"/units/{flat_1.id}/booking", data={"deal_id": 999_999, "days": 1})

    assert foreign.status_code == nothing.status_code == 404


def test_the_owner_and_the_head_may_cancel_a_colleague_and_a_stranger_may_not(
    open_client, session, held, flat_1
):
    for login in ("maria", "stas"):
        answer = open_client(login).post(f"/bookings/{held.id}/cancellation")
        assert answer.status_code == 403 and "Анна Королёва" in answer.text

    assert open_client("boris").post(f"/bookings/{held.id}/cancellation").status_code == 303
    assert booking_of(session, flat_1) is None


def test_an_own_booking_is_extended_once(open_client, session, held):
    anna = open_client("anna")

    assert anna.post(f"/bookings/{held.id}/extensions", data={"days": 1}).status_code == 303
    again = anna.post(f"/bookings/{held.id}/extensions", data={"days": 1})

    assert again.status_code == 409 and "руководитель" in again.text


def test_cancelling_twice_is_told_and_changes_nothing(open_client, session, held):
    anna = open_client("anna")
    anna.post(f"/bookings/{held.id}/cancellation")

    assert anna.post(f"/bookings/{held.id}/cancellation").status_code == 409
    session.refresh(held)
    assert held.state is BookingState.CANCELLED


def test_the_register_shows_ones_own_and_ones_peoples(open_client, held):
    assert "Анна Королёва" in open_client("anna").get("/bookings").text
    assert "Анна Королёва" in open_client("boris").get("/bookings").text
    assert "Анна Королёва" not in open_client("maria").get("/bookings").text.split("<main")[1]
    assert open_client("boris").get("/bookings?state=over").status_code == 200


def test_a_colleague_reads_who_holds_the_flat_but_not_the_deal(open_client, held, flat_1):
    html = open_client("maria").get(f"/units/{flat_1.id}").text

    assert "Анна Королёва" in html and "Двухкомнатная для Иванова" not in html
