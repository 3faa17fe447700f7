"""Waiting lists over HTTP: the line in the panel, joining, the answer to an offer, the head's word."""

import pytest
from sqlmodel import col, select

from domain import deals, estate
from domain.estate import Booking, BookingKind, waiting
from domain.estate.waiting import Waiting
from domain.events import Event
from domain.kernel import clock
from domain.notices.models import Notice
from domain.notices.recipients import notify
from domain.parties import find_or_add_person
from tests.sites import HTMX

PANEL = {**HTMX, "HX-Target": "aside#unit-panel"}


@pytest.fixture
def other_deal(session, maria):
    now = clock.now()
    client = find_or_add_person(session, name="Петрова Нина", phone="89215550011", by=maria, now=now)
    funnel = deals.list_funnels(session)[0]
    deal = deals.open_deal(session, funnel=funnel, title="Ждёт", client=client, by=maria, now=now)
    session.commit()
    return deal


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())
    session.commit()
    return booking


@pytest.fixture
def place(session, held, flat_1, other_deal, maria):
    one = deals.join(session, other_deal, flat_1, by=maria, now=clock.now())
    session.commit()
    return one


@pytest.fixture
def offer(session, place, held, flat_1, anna):
    estate.cancel(session, held, by=anna, now=clock.now())
    session.commit()
    return offer_of(session, flat_1)


def offer_of(session, unit):
    session.rollback()
    offers = select(Booking).where(Booking.unit_id == unit.id, Booking.kind == BookingKind.OFFER)
    return session.exec(offers.where(col(Booking.closed_at).is_(None))).first()


def test_who_comes_second_joins_from_the_panel_and_sees_the_place(
    open_client, session, held, flat_1, other_deal
):
    maria = open_client("maria")
    answer = maria.post(f"/units/{flat_1.id}/line", data={"deal_id": other_deal.id}, headers=PANEL)

    assert answer.status_code == 200 and "Очередь" in answer.text and "Петрова Нина" in answer.text
    again = maria.post(f"/units/{flat_1.id}/line", data={"deal_id": other_deal.id}, headers=PANEL)
    assert again.status_code == 409 and "уже в очереди" in again.text
    session.rollback()
    assert [one.deal_id for one in waiting.line(session, flat_1.id)] == [other_deal.id]


def test_one_joins_for_a_new_client_by_a_plain_form(open_client, session, held, flat_1):
    typed = {"new": "1", "client": "Сидоров", "phone": "+7 921 555-00-77"}
    answer = open_client("maria").post(f"/units/{flat_1.id}/line", data=typed)

    assert answer.status_code == 303
    session.rollback()
    assert len(waiting.line(session, flat_1.id)) == 1


def test_the_deal_is_asked_for(open_client, held, flat_1):
    answer = open_client("maria").post(f"/units/{flat_1.id}/line", data={"deal_id": ""}, headers=PANEL)

    assert answer.status_code == 422 and "Выберите сделку" in answer.text


@pytest.mark.parametrize(
    ("login", "client", "leaves"),
    [("maria", True, True), ("anna", False, False), ("boris", True, True), ("vera", False, False)],
)
def test_colleagues_are_named_and_clients_only_to_who_may_see_them(
    open_client, place, flat_1, login, client, leaves
):
    shown = open_client(login).get(f"/units/{flat_1.id}").text

    assert "Мария" in shown
    assert ("Петрова Нина" in shown) is client
    assert (f"/waiting/{place.id}/departure" in shown) is leaves


def test_the_line_looks_again_by_itself(open_client, place, flat_1):
    region = open_client("anna").get(f"/units/{flat_1.id}/line", headers=HTMX).text

    assert f'data-live="unit-{flat_1.id}"' in region and "<html" not in region


def test_one_leaves_from_the_card_of_the_deal(open_client, session, place, flat_1, other_deal):
    maria = open_client("maria")
    assert f"/waiting/{place.id}/departure" in maria.get(f"/deals/{other_deal.id}").text
    assert open_client("anna").post(f"/waiting/{place.id}/departure").status_code == 403
    assert maria.post(f"/waiting/{place.id}/departure", headers=HTMX).status_code == 200

    session.rollback()
    assert waiting.line(session, flat_1.id) == []


def test_an_offer_stands_on_the_board_as_booked_and_in_the_panel_with_its_answer(
    open_client, offer, flat_1, other_deal
):
    building = flat_1.floor.section.building
    board = open_client("anna").get(f"/estate/{building.project_id}/chessboard").text
    assert f'id="unit-{flat_1.id}" class="u s-book"' in board

    mine = open_client("maria").get(f"/units/{flat_1.id}").text
    assert f"/bookings/{offer.id}/acceptance" in mine and "Ответить до" in mine
    theirs = open_client("anna").get(f"/units/{flat_1.id}").text
    assert "acceptance" not in theirs and "Предложено первому" in theirs
    card = open_client("maria").get(f"/deals/{other_deal.id}").text
    assert f"/bookings/{offer.id}/acceptance" in card


def test_yes_makes_a_booking_of_the_chosen_kind(open_client, session, offer, flat_1):
    answer = open_client("maria").post(
        f"/bookings/{offer.id}/acceptance", data={"days": 7, "kind": "mortgage"}, headers=PANEL
    )

    assert answer.status_code == 200 and f"/bookings/{offer.id}/cancellation" in answer.headers["hx-trigger"]
    session.refresh(offer)
    assert offer.kind is BookingKind.MORTGAGE


@pytest.mark.parametrize("kind", ["offer", "gift", ""])
def test_a_kind_that_is_none_is_refused_in_words(open_client, session, offer, kind):
    answer = open_client("maria").post(f"/bookings/{offer.id}/acceptance", data={"days": 1, "kind": kind})

    assert answer.status_code == 409 and "вид брони" in answer.text
    session.refresh(offer)
    assert offer.kind is BookingKind.OFFER


def test_no_frees_the_unit_for_the_next(open_client, session, offer, flat_1):
    assert open_client("maria").post(f"/bookings/{offer.id}/refusal", headers=PANEL).status_code == 200

    assert offer_of(session, flat_1) is None


def test_who_books_what_is_offered_reads_to_whom(open_client, offer, flat_1, ivanov_deal):
    answer = open_client("anna").post(
        f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1}, headers=PANEL
    )

    assert answer.status_code == 409 and "предложено первому в очереди: Мария" in answer.text


def test_the_head_books_past_the_line_with_a_reason(open_client, session, offer, flat_1, ivanov_deal):
    boris = open_client("boris")
    assert "вне очереди" in boris.get(f"/units/{flat_1.id}").text
    assert "вне очереди" not in open_client("anna").get(f"/units/{flat_1.id}").text
    typed = {"deal_id": ivanov_deal.id, "days": 1, "reason": "Оплачен задаток"}
    assert open_client("anna").post(f"/units/{flat_1.id}/booking", data=typed).status_code == 403
    assert boris.post(f"/units/{flat_1.id}/booking", data=typed, headers=PANEL).status_code == 200

    assert offer_of(session, flat_1) is None
    assert [one.state.value for one in waiting.line(session, flat_1.id)] == ["waiting"]


def test_the_head_changes_the_order_with_a_reason(open_client, session, place, flat_1, maria):
    now = clock.now()
    client = find_or_add_person(session, name="Вторая", phone="89215550099", by=maria, now=now)
    funnel = deals.list_funnels(session)[0]
    second = deals.open_deal(session, funnel=funnel, title="Вторая", client=client, by=maria, now=now)
    later = deals.join(session, second, flat_1, by=maria, now=now)
    session.commit()
    boris = open_client("boris")

    assert "Другое место" in boris.get(f"/waiting/{later.id}/place", headers=HTMX).text
    refused = boris.post(f"/waiting/{later.id}/place", data={"place": "1", "reason": ""}, headers=HTMX)
    assert refused.status_code == 409 and "почему" in refused.text
    done = boris.post(f"/waiting/{later.id}/place", data={"place": "1", "reason": "Ипотека"}, headers=HTMX)
    assert done.status_code == 200
    session.rollback()
    assert [one.id for one in waiting.line(session, flat_1.id)] == [later.id, place.id]


def test_ones_places_stand_on_a_screen_of_their_own(open_client, place, flat_1, other_deal):
    assert "Петрова Нина" in open_client("maria").get("/waiting").text
    assert "Петрова Нина" in open_client("boris").get("/waiting").text
    assert "Петрова Нина" not in open_client("anna").get("/waiting").text
    assert open_client("vera").get("/waiting").status_code == 403


def test_a_place_that_does_not_exist_is_404(open_client, session):
    assert session.exec(select(Waiting)).first() is None
    for number in (1, 2**63 - 1, 2**70):
        assert open_client("anna").post(f"/waiting/{number}/departure").status_code == 404


def test_the_bell_tells_who_is_offered(session, offer, maria, boris):
    event = session.exec(select(Event).where(Event.name == "unit.offered")).one()
    notify(session, event)
    assert [notice.user_id for notice in session.exec(select(Notice))] == [maria.id]
