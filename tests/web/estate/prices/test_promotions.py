"""Promotions on the screens: the register, the board, the list, the panel, the basket."""

import pytest
from sqlmodel import select

from domain.estate.pricing.models import Promotion
from domain.kernel import clock, formats
from tests.sites import HTMX


@pytest.fixture
def form(river):
    return {
        "project": river.id, "name": "Осень", "badge": "−10 %", "effect": "percent", "value": "10",
        "starts_at": f"{formats.here(clock.now()):%Y-%m-%dT%H:%M}", "public": "1", "rooms": "0",
    }  # fmt: skip


@pytest.fixture
def promotion(open_client, session, form):
    assert open_client("boris").post("/promotions", data=form).status_code == 303
    session.rollback()
    return session.exec(select(Promotion)).one()


def test_it_stands_on_the_board_in_the_list_and_in_the_panel(open_client, promotion, river, flat_1, flat_2):
    anna = open_client("anna")
    board = f"/estate/{river.id}/chessboard"

    cell = anna.get(board, headers=HTMX).text.partition(f'id="unit-{flat_1.id}"')[2].partition("</a>")[0]
    listed = anna.get(f"{board}?view=list", headers=HTMX).text.replace("\xa0", " ")
    panel = anna.get(f"/units/{flat_1.id}", headers=HTMX).text.replace("\xa0", " ")
    other = anna.get(f"/units/{flat_2.id}", headers=HTMX).text

    assert "5,90" in cell.replace("\xa0", " ") and ">%</span>" in cell and "акция: −10 %" in cell
    assert "5 895 000 ₽" in listed and '<span class="tag acc">−10 %</span>' in listed
    assert "5 895 000 ₽" in panel and "Акция «Осень»" in panel and "−655 000 ₽" in panel
    assert "Осень" not in other


def test_the_filter_of_the_board_goes_by_the_price_of_today(open_client, promotion, river, flat_1):
    board = open_client("anna").get(f"/estate/{river.id}/chessboard?price_to=6", headers=HTMX).text

    assert f'id="unit-{flat_1.id}" class="u s-free"' in board


def test_the_basket_sums_what_will_be_frozen(open_client, promotion, flat_1, flat_2):
    shown = open_client("anna").get(f"/baskets?units={flat_1.id},{flat_2.id}").text.replace("\xa0", " ")

    assert "13 945 000 ₽" in shown  # 5 895 000 + 8 050 000


def test_a_clash_is_told_with_the_units_and_the_form_kept(open_client, promotion, form):
    answer = open_client("boris").post("/promotions", data=form | {"name": "Вторая", "rooms": ""})

    assert answer.status_code == 409
    assert "1, 5, 9" in answer.text and "«Осень»" in answer.text and 'value="Вторая"' in answer.text


def test_the_register_says_what_it_costs(open_client, promotion):
    page = open_client("anna").get("/promotions").text.replace("\xa0", " ")

    assert ("3 / 3" in page and "−1,9" not in page) or "−1,98 млн ₽" in page or "млн ₽" in page
    assert "Завершить" not in page and "Завершить" in open_client("boris").get("/promotions").text


def test_ended_by_a_press(open_client, promotion, river):
    boris = open_client("boris")
    assert boris.post(f"/promotions/{promotion.id}/end").status_code == 303

    assert "акция:" not in boris.get(f"/estate/{river.id}/chessboard", headers=HTMX).text


@pytest.mark.parametrize(("login", "status"), [("anna", 403), ("vera", 403), ("olga", 303), ("admin", 403)])
def test_who_sets_promotions(open_client, form, login, status):
    assert open_client(login).post("/promotions", data=form).status_code == status
