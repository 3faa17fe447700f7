"""Exchanges, transfers and contracts over HTTP; several units of a deal at once."""

import re

import pytest
from sqlmodel import col, select

from domain import deals, estate
from domain.estate import Booking, BookingState
from domain.kernel import clock
from domain.parties import find_or_add_person
from tests.sites import HTMX


@pytest.fixture
def booking(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())
    session.commit()
    return booking


@pytest.fixture
def other_deal(session, maria):
    now = clock.now()
    client = find_or_add_person(session, name="Петрова Нина", phone="89215550011", by=maria, now=now)
    funnel = deals.list_funnels(session)[0]
    deal = deals.open_deal(session, funnel=funnel, title="Другая", client=client, by=maria, now=now)
    session.commit()
    return deal


def claim_of(session, unit):
    session.rollback()
    held = select(Booking).where(Booking.unit_id == unit.id, col(Booking.closed_at).is_(None))
    return session.exec(held.execution_options(populate_existing=True)).first()


def test_the_difference_is_shown_before_the_exchange(open_client, session, booking, flat_1, flat_2):
    anna = open_client("anna")
    dialog = anna.get(f"/bookings/{booking.id}/swap?number=2", headers=HTMX).text
    shown = re.search(r'name="shown" value="([\d.]+)"', dialog)[1]
    difference = f"{flat_2.price - booking.price:,.0f}".replace(",", "\u00a0").replace("-", "\u2212")
    assert difference in dialog

    answer = anna.post(
        f"/bookings/{booking.id}/swap", data={"unit_id": flat_2.id, "shown": shown}, headers=HTMX
    )
    assert answer.status_code == 200
    instead = claim_of(session, flat_2)
    assert instead.price == flat_2.price and claim_of(session, flat_1) is None

    undo = re.search(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[1]
    assert anna.post(undo, headers=HTMX).status_code == 200
    assert claim_of(session, flat_2) is None and claim_of(session, flat_1).price == booking.price


@pytest.mark.parametrize(
    ("typed", "status", "word"),
    [
        ({"unit_id": "", "shown": "1"}, 422, "Обмен"),
        ({"shown": "1"}, 409, "уже другая"),
        ({"shown": "NaN"}, 409, "уже другая"),
        ({"shown": "много"}, 409, "уже другая"),
    ],
)
def test_what_is_wrong_with_an_exchange_is_said_and_nothing_happens(
    open_client, session, booking, flat_1, flat_2, typed, status, word
):
    typed = {"unit_id": flat_2.id} | typed
    answer = open_client("anna").post(f"/bookings/{booking.id}/swap", data=typed, headers=HTMX)

    assert answer.status_code == status and word in answer.text
    assert claim_of(session, flat_1).id == booking.id


def test_a_colleague_sees_no_exchange_of_anothers_booking(open_client, booking, flat_2):
    maria = open_client("maria")
    assert maria.get(f"/bookings/{booking.id}/swap").status_code == 403
    typed = {"unit_id": flat_2.id, "shown": str(flat_2.price)}
    assert maria.post(f"/bookings/{booking.id}/swap", data=typed).status_code == 403


def test_a_booking_is_handed_over_between_visible_deals_only(
    open_client, session, booking, flat_1, other_deal, ivanov_deal
):
    typed = {"deal_id": other_deal.id, "reason": "Берёт сестра"}
    assert open_client("anna").post(f"/bookings/{booking.id}/transfer", data=typed).status_code == 404
    boris = open_client("boris")
    refused = boris.post(f"/bookings/{booking.id}/transfer", data=typed | {"reason": " "}, headers=HTMX)
    assert refused.status_code == 409 and "почему" in refused.text
    answer = boris.post(f"/bookings/{booking.id}/transfer", data=typed, headers=HTMX)
    assert answer.status_code == 200 and claim_of(session, flat_1).deal_id == other_deal.id

    assert "пришла из другой сделки" in open_client("maria").get(f"/deals/{other_deal.id}").text
    assert "передана в другую сделку" in open_client("anna").get(f"/deals/{ivanov_deal.id}").text
    undo = re.search(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[1]
    assert boris.post(undo, headers=HTMX).status_code == 200
    assert claim_of(session, flat_1).deal_id == ivanov_deal.id


@pytest.mark.parametrize(("login", "status"), [("boris", 200), ("olga", 200), ("anna", 403), ("vera", 403)])
def test_contracts_are_confirmed_by_the_head_and_the_accountant(open_client, session, booking, login, status):
    typed = {"number": "ДДУ-17"}
    answer = open_client(login).post(f"/bookings/{booking.id}/contract", data=typed, headers=HTMX)

    assert answer.status_code == status
    session.refresh(booking)
    assert (booking.state is BookingState.CONTRACT) is (status == 200)


def test_from_the_contract_to_the_sale_and_its_end(open_client, session, booking, flat_1, ivanov_deal):
    olga = open_client("olga")
    assert "Номер договора" in olga.get(f"/bookings/{booking.id}/contract").text
    empty = olga.post(f"/bookings/{booking.id}/contract", data={"number": " "}, headers=HTMX)
    assert empty.status_code == 409 and "номер договора" in empty.text
    olga.post(f"/bookings/{booking.id}/contract", data={"number": "ДДУ-17"}, headers=HTMX)
    for login in ("anna", "boris", "olga"):
        card = open_client(login).get(f"/deals/{ivanov_deal.id}").text
        assert "договор ДДУ-17" in card
        assert (f"/bookings/{booking.id}/sale" in card) is (login != "anna")
    panel = olga.get(f"/units/{flat_1.id}").text
    assert "ДДУ-17" in panel and f"/bookings/{booking.id}/termination" in panel
    assert "ДДУ-17" not in open_client("maria").get(f"/units/{flat_1.id}").text

    assert olga.post(f"/bookings/{booking.id}/sale", headers=HTMX).status_code == 200
    undo = olga.post(f"/bookings/{booking.id}/contract/undo", headers=HTMX)
    assert undo.status_code == 200
    ended = olga.post(f"/bookings/{booking.id}/termination", data={"reason": "Отказ банка"}, headers=HTMX)
    assert ended.status_code == 200 and claim_of(session, flat_1) is None


def test_one_contract_for_all_units_of_the_deal(
    open_client, session, booking, flat_1, flat_2, ivanov_deal, anna
):
    estate.book(session, flat_2, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())
    session.commit()
    olga = open_client("olga")
    assert 'name="all"' in olga.get(f"/bookings/{booking.id}/contract").text
    olga.post(f"/bookings/{booking.id}/contract", data={"number": "7", "all": "1"}, headers=HTMX)

    assert [claim_of(session, unit).state.value for unit in (flat_1, flat_2)] == ["contract", "contract"]


def test_a_deal_is_not_refused_over_a_contract(open_client, session, booking, ivanov_deal, lost):
    open_client("olga").post(f"/bookings/{booking.id}/contract", data={"number": "7"})
    session.refresh(ivanov_deal)
    typed = {"stage_id": lost.id, "version": ivanov_deal.version}
    answer = open_client("anna").post(f"/deals/{ivanov_deal.id}/moves", data=typed)

    assert answer.status_code == 409 and "на договоре" in answer.text


def test_all_bookings_of_a_deal_are_extended_and_released_at_once(
    open_client, session, booking, flat_1, flat_2, ivanov_deal, anna
):
    other = estate.book(session, flat_2, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())
    session.commit()
    before = booking.until
    client = open_client("anna")
    card = client.get(f"/deals/{ivanov_deal.id}").text
    extend = re.search(r'action="(/baskets/extensions[^"]+)"', card)[1]
    release = re.search(r'action="(/baskets/cancellations[^"]+)"', card)[1]

    assert client.post(extend, data={"days": 1}, headers=HTMX).status_code == 200
    session.refresh(booking)
    session.refresh(other)
    assert booking.until == other.until > before
    refused = client.post(extend, data={"days": 1}, headers=HTMX)
    assert refused.status_code == 409
    assert client.post(release, headers=HTMX).status_code == 200
    assert claim_of(session, flat_1) is None and claim_of(session, flat_2) is None


def test_the_kanban_says_how_the_unit_is_held(open_client, booking):
    open_client("olga").post(f"/bookings/{booking.id}/contract", data={"number": "7"})

    assert "№ 1, на договоре" in open_client("anna").get("/deals").text
