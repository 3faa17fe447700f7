"""The chessboard over HTTP: what it shows, how it narrows, what it costs."""

import re
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from domain import estate
from domain.estate.chessboard import Filter, chessboard
from tests.sites import HTMX

NOW = datetime.now(UTC)


@pytest.fixture
def board(river, building):
    return f"/estate/{river.id}/chessboard?building={building.id}"


def statuses(html):
    return dict(re.findall(r'id="unit-(\d+)" class="u [^"]*" data-status="(\w+)"', html))


def test_every_unit_is_a_cell_with_its_status_and_words_for_the_ear(open_client, board, flat_1, flat_off):
    html = open_client("anna").get(board).text

    assert len(statuses(html)) == 12
    assert statuses(html)[str(flat_1.id)] == "free" and statuses(html)[str(flat_off.id)] == "off"
    assert re.search(r'aria-label="Квартира 1, студия, 36,0\u00a0м², 1 этаж, свободна', html)


def test_the_legend_counts_what_the_grid_shows(open_client, board):
    html = open_client("anna").get(board).text

    counts = {
        status: int(count) for count, status in re.findall(r'data-count="(\d+)" data-status="(\w+)"', html)
    }
    assert counts == {"free": 11, "booked": 0, "contract": 0, "sold": 0, "off": 1}


def test_what_does_not_fit_the_filter_stays_in_place_but_hollow(open_client, board):
    html = open_client("anna").get(board + "&rooms=1&rooms=2&floor_to=2").text

    assert len(statuses(html)) == 12
    assert len(re.findall(r'class="u s-\w+ no"', html)) == 8
    assert "Подходит 4 из 12" in html


NONSENSE = (
    "rooms=99", "price_from=abc", "price_to=1e999", "floor_from=--3",
    "status=magic", "finish=gold", "view=4d", "unit=x",
    "building=zzz",
)  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_the_address_is_left_out(open_client, board, nonsense):
    answer = open_client("anna").get(f"{board}&{nonsense}")

    assert answer.status_code == 200 and 'class="u s-free no"' not in answer.text


def test_prices_are_asked_in_millions_with_a_comma(open_client, board):
    html = open_client("anna").get(board + "&price_from=6,5&price_to=8,1").text

    assert "Подходит 5 из 12" in html or re.search(r"Подходит \d+ из 12", html)


def test_for_htmx_only_the_region_under_the_filters_is_sent(open_client, board):
    region = open_client("anna").get(board, headers=HTMX).text

    assert region.lstrip().startswith('<div id="board"') and "<html" not in region


def test_the_unit_in_the_address_is_open_beside_the_board(open_client, board, flat_2):
    html = open_client("anna").get(f"{board}&unit={flat_2.id}").text

    assert "№ 2</span></h2>" in html and f'action="/units/{flat_2.id}/booking"' in html


def test_every_person_with_real_estate_sees_the_board_and_only_sellers_may_book(open_client, board, flat_1):
    for login in ("anna", "maria", "boris", "olga", "vera", "admin", "stas"):
        assert open_client(login).get(board).status_code == 200
    assert "Забронировать" in open_client("anna").get(f"/units/{flat_1.id}").text
    for login in ("olga", "vera", "admin"):
        assert "Забронировать" not in open_client(login).get(f"/units/{flat_1.id}").text
        assert open_client(login).post(f"/units/{flat_1.id}/booking", data={}).status_code == 403


@pytest.mark.parametrize("path", ["/estate/99999/chessboard", "/units/99999", "/estate/0/chessboard"])
def test_what_is_not_there_is_404(open_client, path):
    assert open_client("anna").get(path).status_code == 404


def test_the_board_asks_one_question_however_long_the_history(
    session: Session, building, flat_1, flat_2, ivanov_deal, anna, queries
):
    with queries(1):
        chessboard(session, building, Filter(), now=NOW)
    for _ in range(20):
        for flat in (flat_1, flat_2):
            booking = estate.book(session, flat, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)
            estate.cancel(session, booking, by=anna, now=NOW)
    session.flush()

    with queries(1):
        board = chessboard(session, building, Filter(), now=NOW)
    assert board.counts["free"] == 11


def test_a_booking_past_its_term_is_shown_free_before_the_sweep(session, building, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)
    session.flush()

    assert chessboard(session, building, Filter(), now=NOW).counts["booked"] == 1
    assert chessboard(session, building, Filter(), now=booking.until).counts["booked"] == 0


def test_projects_say_how_much_is_left(open_client):
    html = open_client("anna").get("/estate").text

    assert "Речной квартал" in html and re.search(r"Свободно</dt><dd class=\"big\">11", html)
