"""Several units at once: all of them or none, with the taken ones told by name."""

import json
import re

import pytest
from sqlmodel import select

from domain import estate
from domain.estate.models import Booking, BookingState
from domain.kernel import clock
from tests.sites import HTMX


def ids(*units: estate.Unit) -> str:
    return ",".join(str(unit.id) for unit in units)


def active(session) -> list[Booking]:
    session.rollback()
    return list(session.exec(select(Booking).where(Booking.state == BookingState.ACTIVE)).all())


@pytest.fixture
def held(session, flat_2, ivanov_deal, maria):
    """Maria was first at flat 2."""
    now = clock.now()
    booking = estate.book(session, flat_2, deal_id=ivanov_deal.id, days=1, by=maria, now=now)
    session.commit()
    return booking


def press(browser, units: str, deal_id: int | str, **more: str):
    return browser.post("/baskets", data={"units": units, "deal_id": str(deal_id), **more}, headers=HTMX)


def test_all_are_booked_with_one_way_back(open_client, session, flat_1, flat_2, flat_3, ivanov_deal):
    client = open_client("anna")
    answer = press(client, ids(flat_3, flat_1, flat_2), ivanov_deal.id)

    assert answer.status_code == 200 and len(active(session)) == 3
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Забронировано 3 помещения"
    assert client.post(toast["undo"], headers=HTMX).status_code == 200
    assert active(session) == []


def test_a_taken_one_leaves_the_basket_the_others_stay_and_nothing_is_booked(
    open_client, session, held, flat_1, flat_2, flat_3, ivanov_deal
):
    answer = press(open_client("anna"), ids(flat_1, flat_2, flat_3), ivanov_deal.id)

    assert answer.status_code == 409
    assert "№ 2 уже забронировано: Мария Лебедева" in answer.text
    assert re.search(r'name="units" value="([^"]*)"', answer.text)[1] == ids(flat_1, flat_3)
    assert f'name="deal_id" value="{ivanov_deal.id}"' in answer.text
    assert [booking.id for booking in active(session)] == [held.id]


def test_every_reason_is_told_at_once(open_client, held, flat_1, flat_2, flat_off, ivanov_deal):
    answer = press(open_client("anna"), ids(flat_1, flat_2, flat_off), ivanov_deal.id)

    assert "№ 2 уже забронировано" in answer.text and "№ 12 не в продаже" in answer.text


def test_the_bar_sums_what_is_free_and_says_what_is_not(open_client, held, flat_1, flat_2, flat_3):
    answer = open_client("anna").get(f"/baskets?units={ids(flat_1, flat_2, flat_3)}", headers=HTMX)

    said = answer.text.replace("\xa0", " ").replace("\u202f", " ")
    assert "Выбрано 3 помещения" in said and "занято" in said
    assert f"{flat_1.price + flat_3.price:,.0f}".replace(",", " ") in said


def test_a_new_deal_is_named_after_the_first_unit_and_takes_the_sum(
    open_client, session, flat_1, flat_2, ivanov_deal
):
    answer = press(
        open_client("anna"), ids(flat_1, flat_2), "", new="1", client="Сидорова Анна", phone="89215550011"
    )

    assert answer.status_code == 200
    deal = session.get(type(ivanov_deal), active(session)[0].deal_id)
    assert deal.title == "Квартира 1 и ещё 1, Дом 1" and deal.amount == flat_1.price + flat_2.price


@pytest.mark.parametrize("units", ["", "abc", "0", "999999", ",".join(map(str, range(1, 40)))])
def test_a_basket_that_is_none_is_refused_in_words(open_client, session, ivanov_deal, units):
    answer = press(open_client("anna"), units, ivanov_deal.id)

    assert answer.status_code in {404, 409} and "<" in answer.text
    assert active(session) == []


def test_without_a_deal_the_field_says_so_and_the_choice_is_kept(open_client, flat_1, flat_2):
    answer = press(open_client("anna"), ids(flat_1, flat_2), "")

    assert answer.status_code == 422 and f'value="{ids(flat_1, flat_2)}"' in answer.text


def test_undoing_is_all_or_nothing_too(open_client, session, held, flat_1, ivanov_deal, anna):
    own = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()
    answer = open_client("anna").post(f"/baskets/cancellations?bookings={own.id},{held.id}", headers=HTMX)

    assert answer.status_code == 403 and len(active(session)) == 2


def test_only_who_may_book_sees_the_way_to_choose_several(open_client, building):
    board = f"/estate/{building.project_id}/chessboard"

    assert "data-several" in open_client("anna").get(board).text
    assert "data-several" not in open_client("vera").get(board).text
