"""Favourites, selections and kept filters over HTTP: whose they are, what they say today, the way back."""

import re
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import estate
from domain.estate.selecting.models import Choice, Favourite, Selection
from domain.kernel import clock
from tests.sites import HTMX


def make(client, **form):
    answer = client.post("/selections", data={"name": "Для Иванова", **form})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.fixture
def anna_s(open_client):
    return open_client("anna")


@pytest.fixture
def selection(anna_s, flat_1, flat_2):
    """Of two flats, Anna's, not shared."""
    return make(anna_s, units=f"{flat_1.id},{flat_2.id}")


def choices(session):
    session.rollback()
    there = select(Choice).where(Choice.removed_at == None).order_by(Choice.position)  # noqa: E711
    return session.exec(there).all()


def test_a_star_is_the_person_s_own_and_goes_back(open_client, session, anna_s, flat_1):
    star = anna_s.post(f"/units/{flat_1.id}/favourite", headers=HTMX)
    anna_s.post(f"/units/{flat_1.id}/favourite", headers=HTMX)

    assert 'aria-pressed="true"' in star.text and "favourite/removal" in star.headers["hx-trigger"]
    assert f"/units/{flat_1.id}" in anna_s.get("/favourites").text
    assert f'href="/units/{flat_1.id}"' not in open_client("maria").get("/favourites").text
    assert len(session.exec(select(Favourite)).all()) == 1

    off = anna_s.post(f"/units/{flat_1.id}/favourite/removal", headers=HTMX)
    assert 'aria-pressed="false"' in off.text
    assert f'href="/units/{flat_1.id}"' not in anna_s.get("/favourites").text


def test_a_star_without_scripts_comes_back_to_its_page(anna_s, flat_1):
    here = f"{anna_s.base_url}/units/{flat_1.id}"
    answer = anna_s.post(f"/units/{flat_1.id}/favourite", headers={"Referer": here})
    elsewhere = anna_s.post(f"/units/{flat_1.id}/favourite", headers={"Referer": "http://evil.example/x"})

    assert answer.headers["location"] == f"/units/{flat_1.id}" == elsewhere.headers["location"]


def test_the_board_marks_only_the_person_s_own_stars(open_client, anna_s, river, building, flat_1):
    anna_s.post(f"/units/{flat_1.id}/favourite")
    board = f"/estate/{river.id}/chessboard?building={building.id}&view=list"

    assert f'data-favourites="{flat_1.id}"' in anna_s.get(board).text
    assert 'data-favourites=""' in open_client("maria").get(board).text
    assert anna_s.get(board, headers=HTMX).text == open_client("maria").get(board, headers=HTMX).text


def test_a_selection_shows_the_price_of_today_and_that_it_changed(anna_s, session, selection, flat_1):
    assert "цена изменилась" not in anna_s.get(selection).text

    estate.prices.reprice(session, {flat_1.id: flat_1.price + Decimal(100_000)})
    session.commit()

    page = anna_s.get(selection).text
    assert (
        "цена изменилась" in page and "5\u00a0150\u00a0000" not in page.partition("цена изменилась")[0][-50:]
    )


def test_a_selection_shows_the_status_of_today(anna_s, session, selection, flat_1, ivanov_deal, anna):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()

    assert re.search(r'<span class="tag book">.*?забронирована', anna_s.get(selection).text)


def test_a_colleague_sees_it_only_when_it_is_shared_and_never_changes_it(open_client, anna_s, selection):
    maria = open_client("maria")
    edit = {"name": "Чужая", "version": "1"}
    assert maria.get(selection).status_code == 404
    assert maria.post(selection, data=edit).status_code == 404

    anna_s.post(selection, data={"name": "Для Иванова", "shared": "1", "version": "1"})

    for login in ("maria", "boris", "vera", "stas", "olga"):
        page = open_client(login).get(selection)
        assert page.status_code == 200 and "Скопировать себе" in page.text and "/removal" not in page.text
    assert open_client("agata").get(selection).status_code == 403
    assert maria.post(selection, data=edit | {"version": "2"}).status_code == 403
    assert maria.post(f"{selection}/removal").status_code == 403
    assert maria.post(f"{selection}/choices", data={"units": "1"}).status_code == 403
    assert "Для Иванова" not in maria.get("/selections").text

    anna_s.post(selection, data={"name": "Для Иванова", "version": "2"})
    assert maria.get(selection).status_code == 404


def test_the_deal_is_told_to_those_who_may_see_it(open_client, anna_s, ivanov_deal, flat_1):
    selection = make(anna_s, units=flat_1.id, deal_id=ivanov_deal.id)
    anna_s.post(
        selection, data={"name": "Для Иванова", "shared": "1", "version": "1", "deal_id": ivanov_deal.id}
    )

    assert ivanov_deal.title in anna_s.get(selection).text
    assert ivanov_deal.title in open_client("boris").get(selection).text
    page = open_client("maria").get(selection).text
    assert ivanov_deal.title not in page and f"/deals/{ivanov_deal.id}" not in page
    assert "Сделана подборка" in anna_s.get(f"/deals/{ivanov_deal.id}").text


def test_a_deal_that_went_to_a_colleague_stays_and_its_number_is_not_told(
    anna_s, session, ivanov_deal, flat_1, maria
):
    selection = make(anna_s, units=flat_1.id, deal_id=ivanov_deal.id)
    session.get(type(ivanov_deal), ivanov_deal.id).responsible_id = maria.id
    session.commit()

    form = anna_s.get(f"{selection}/edit").text
    assert 'name="deal_id" value="kept"' in form and f"№ {ivanov_deal.id}" not in form
    anna_s.post(selection, data={"name": "Иначе", "version": "1", "deal_id": "kept"})
    session.rollback()
    assert session.exec(select(Selection)).one().deal_id == ivanov_deal.id
    assert "для сделки коллеги" in anna_s.get(selection).text


def test_a_foreign_deal_is_as_one_that_does_not_exist(open_client, ivanov_deal):
    for number in (ivanov_deal.id, 99_999, 10**17):
        answer = open_client("maria").post("/selections", data={"name": "Для клиента", "deal_id": number})
        assert answer.status_code == 404


def test_notes_moves_and_removal_with_the_way_back(anna_s, session, selection, flat_1, flat_2):
    first, second = choices(session)
    note = f"{selection}/choices/{first.id}/note"
    assert anna_s.post(note, data={"note": "Окна  во двор", "shown": ""}).status_code == 303
    assert 'value="Окна во двор"' in anna_s.get(selection).text

    anna_s.post(f"{selection}/choices/{second.id}/moves", data={"to": "up"})
    assert [choice.unit_id for choice in choices(session)] == [flat_2.id, flat_1.id]
    anna_s.post(f"{selection}/choices/{second.id}/moves", data={"to": "up"})
    assert [choice.unit_id for choice in choices(session)] == [flat_2.id, flat_1.id]

    gone = anna_s.post(f"{selection}/choices/{first.id}/removal", headers=HTMX)
    assert [choice.unit_id for choice in choices(session)] == [flat_2.id]
    assert f"/choices/{first.id}/return" in gone.headers["hx-trigger"]
    anna_s.post(f"{selection}/choices/{first.id}/return")
    assert [choice.note for choice in choices(session)] == ["", "Окна во двор"]


def test_a_note_over_another_one_is_refused_with_both(anna_s, session, selection):
    first = choices(session)[0]
    note = f"{selection}/choices/{first.id}/note"
    anna_s.post(note, data={"note": "Первая", "shown": ""})

    late = anna_s.post(note, data={"note": "Вторая", "shown": ""})

    assert late.status_code == 409 and 'value="Вторая"' in late.text and "Сейчас: «Первая»" in late.text


def test_a_removed_selection_is_gone_and_comes_back(anna_s, selection):
    gone = anna_s.post(f"{selection}/removal")
    assert gone.headers["location"] == "/selections" and anna_s.get(selection).status_code == 404

    anna_s.post(f"{selection}/return")
    assert anna_s.get(selection).status_code == 200


def test_units_are_added_once_and_not_beyond_measure(anna_s, session, selection, flat_1, flat_3):
    twice = anna_s.post(f"{selection}/choices", data={"units": f"{flat_1.id},{flat_3.id}"}, headers=HTMX)
    assert twice.status_code == 200 and len(choices(session)) == 3
    assert anna_s.post(f"{selection}/choices", data={"units": "999999"}).status_code == 404
    assert len(choices(session)) == 3


@pytest.mark.parametrize(("name", "word"), [("", "Назовите"), ("   ", "Назовите"), ("й" * 121, "длиннее")])
def test_a_selection_has_a_name(anna_s, name, word):
    answer = anna_s.post("/selections", data={"name": name})

    assert answer.status_code == 422 and word in answer.text


def test_a_kept_filter_finds_its_units_anew(anna_s, session, river, building, flat_1, ivanov_deal, anna):
    board = f"/estate/{river.id}/chessboard?building={building.id}&rooms=0&status=free"
    link = re.search(r'href="(/selections/new\?[^"]*)"', anna_s.get(board, headers=HTMX).text)[1]
    form = anna_s.get(link.replace("&amp;", "&")).text
    hidden = dict(re.findall(r'name="(building|asked)" value="([^"]*)"', form))
    kept = make(anna_s, **{name: value.replace("&amp;", "&") for name, value in hidden.items()})

    assert "3 помещения сейчас" in anna_s.get(kept).text
    assert "3 помещения сейчас" in anna_s.get("/selections").text

    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()
    page = anna_s.get(kept).text
    assert "2 помещения сейчас" in page and "rooms=0" in page
    assert anna_s.post(f"{kept}/choices", data={"units": flat_1.id}).status_code == 409


def test_nonsense_in_a_kept_filter_is_left_out(anna_s, session, building):
    kept = make(anna_s, building=building.id, asked="rooms=1&evil=<script>&price_to=abc&rooms=\0")

    assert anna_s.get(kept).status_code == 200
    assert "script" not in session.exec(select(Selection)).one().asked
    assert anna_s.post("/selections", data={"name": "Так", "building": "99999"}).status_code == 404


def test_the_list_of_selections_costs_a_few_questions(anna_s, selection, queries):
    with queries(9):
        anna_s.get("/selections")
    with queries(9):
        anna_s.get(selection)
