"""Discounts on the screens: asked at the booking, decided in the queue, seen in the passport."""

import re
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import deals
from domain.approvals import Approval
from domain.estate import Booking
from domain.estate.discounts.models import Discount
from domain.kernel import clock
from tests.sites import HTMX


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna) -> Booking:
    booking = deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=clock.now())
    session.commit()
    return booking


@pytest.fixture
def ask(open_client, held):
    def asked(value, login="anna", **more):
        data = {"effect": "percent", "value": value, "reason": "Вторая квартира"} | more
        return open_client(login).post(f"/bookings/{held.id}/discounts", data=data)

    return asked


def price(session, held):
    session.rollback()
    session.expire_all()
    return session.get(Booking, held.id).price


def test_within_the_limit_the_price_is_another_at_once(open_client, session, ask, held, flat_1):
    assert ask("1").status_code == 303

    assert price(session, held) == Decimal(6_484_500)
    panel = open_client("anna").get(f"/units/{flat_1.id}", headers=HTMX).text.replace("\xa0", " ")
    assert "Скидка: Вторая квартира" in panel and "−65 500 ₽" in panel
    assert "Сегодня было бы" in panel and "(+65 500 ₽)" in panel


def test_a_colleague_sees_the_frozen_price_and_not_what_it_was_made_of(open_client, ask, flat_1):
    ask("1")
    shown = {login: open_client(login).get(f"/units/{flat_1.id}", headers=HTMX).text for login in
             ("anna", "boris", "olga", "maria", "vera")}  # fmt: skip

    told = {login for login, text in shown.items() if "Вторая квартира" in text}
    assert told == {"anna", "boris", "olga"}
    assert all("6\xa0484\xa0500" in text for text in shown.values())


def test_above_it_the_head_decides(open_client, session, ask, held, ivanov_deal):
    assert ask("3").status_code == 303
    assert price(session, held) == Decimal(6_550_000)
    assert "ждёт руководителя" in open_client("anna").get(f"/deals/{ivanov_deal.id}").text
    boris = open_client("boris")
    number = session.exec(select(Discount.id)).one()
    assert "Вторая квартира" in boris.get("/discounts").text

    assert boris.post(f"/discounts/{number}/refusal").status_code == 422
    assert boris.post(f"/discounts/{number}/approval", data={"comment": "Можно"}).status_code == 303
    assert boris.post(f"/discounts/{number}/approval").status_code == 409

    assert price(session, held) == Decimal(6_353_500)
    assert "Можно" in boris.get("/discounts?state=decided").text


def test_it_stands_among_the_approvals_with_its_number_and_is_answered_there(open_client, session, ask, held):
    ask("3")
    boris, anna = open_client("boris"), open_client("anna")
    number = session.exec(select(Approval.id)).one()
    assert re.search(r'href="/approvals"[^>]*>Согласования<span class="badge n">1<', boris.get("/").text)
    page = boris.get(f"/approvals/{number}").text.replace("\xa0", " ")
    assert "Дать скидку 196 500 ₽" in page and "Вторая квартира" in page and 'value="approve"' in page
    assert 'value="approve"' not in anna.get(f"/approvals/{number}").text
    assert open_client("maria").get(f"/approvals/{number}").status_code == 404

    answer = {"single": number, "verdict": "approve", "comment": "Можно"}
    assert boris.post("/approvals/decisions", data=answer).status_code == 303

    assert price(session, held) == Decimal(6_353_500)
    assert "Можно" in boris.get("/discounts?state=decided").text
    assert boris.post(f"/approvals/reopenings?ids={number}").status_code == 303
    assert price(session, held) == Decimal(6_550_000)
    assert "Вторая квартира" in boris.get("/discounts").text


def test_who_may_not(open_client, session, ask, held):
    ask("3")
    number = session.exec(select(Discount.id)).one()

    assert ask("0.5", login="maria").status_code == 403
    assert open_client("anna").post(f"/discounts/{number}/approval").status_code == 403
    assert open_client("maria").post(f"/discounts/{number}/withdrawal").status_code == 404
    assert "Вторая квартира" not in open_client("maria").get("/discounts").text
    assert "Вторая квартира" not in open_client("stas").get("/discounts").text
    assert open_client("vera").get("/discounts").status_code == 403


@pytest.mark.parametrize(
    ("value", "more", "status"),
    [("100", {}, 422), ("-1", {}, 422), ("7000000", {"effect": "amount"}, 409), ("1", {"reason": " "}, 422)],
)
def test_what_can_not_be(open_client, session, ask, held, value, more, status):
    assert ask(value, **more).status_code == status
    assert price(session, held) == Decimal(6_550_000)


def test_taken_back_by_the_undo_of_the_toast(open_client, session, ask, held):
    ask("1")
    number = session.exec(select(Discount.id)).one()

    assert open_client("anna").post(f"/discounts/{number}/withdrawal").status_code == 303

    assert price(session, held) == Decimal(6_550_000)


@pytest.mark.parametrize(("login", "status"), [("boris", 303), ("admin", 303), ("anna", 403), ("olga", 403)])
def test_who_sets_the_limits(open_client, login, status):
    limits = {"manager": "2", "head": "7", "shown_manager": "1", "shown_head": "5"}

    assert open_client(login).post("/discounts/limits", data=limits).status_code == status
