"""Moving over HTTP: done, refused in words, stale, undone, and never somebody else's."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from domain.deals import Deal, StageStay
from tests.sites import HTMX


@pytest.fixture
def move(open_client, ivanov_deal):
    def post(login, stage_id, version=1, headers=HTMX, **more):
        values = {"stage_id": stage_id, "version": version, "board": "1", **more}
        return open_client(login).post(f"/deals/{ivanov_deal.id}/moves", data=values, headers=headers)

    return post


def stage_of(session, deal):
    session.expire_all()
    session.rollback()
    return session.exec(select(Deal).where(Deal.id == deal.id)).one().stage.name


def test_a_move_answers_with_both_columns_and_the_way_back(move, session, ivanov_deal, new_stage, talks):
    answer = move("anna", talks.id)

    assert answer.status_code == 200
    assert answer.text.count("<section") == 2
    for stage in (new_stage, talks):
        assert f'id="stage-{stage.id}"' in answer.text
    assert f"/deals/{ivanov_deal.id}/moves/undo" in answer.headers["hx-trigger"]
    assert stage_of(session, ivanov_deal) == "Переговоры"


def test_a_plain_form_is_sent_to_the_deal(move, ivanov_deal, talks):
    answer = move("anna", talks.id, headers={})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{ivanov_deal.id}")


def test_a_stage_that_is_not_ready_says_everything_that_is_lacking(move, session, ivanov_deal, booking_stage):
    answer = move("anna", booking_stage.id, headers={"Accept": "application/json"})

    assert answer.status_code == 409
    assert len(answer.json()["reasons"]) == 2
    assert stage_of(session, ivanov_deal) == "Новый"


def test_a_stale_move_is_refused_with_the_present_place(move, session, ivanov_deal, talks, lost):
    move("boris", talks.id)

    answer = move("anna", lost.id, version=1)

    assert answer.status_code == 409 and "Переговоры" in answer.text
    assert answer.headers["hx-retarget"] == "#flash"
    assert stage_of(session, ivanov_deal) == "Переговоры"


@pytest.mark.parametrize(
    "login, status",
    [
        ("anna", 200),
        ("boris", 200),
        ("maria", 404),
        ("stas", 404),
        ("olga", 403),
        ("vera", 403),
        ("admin", 403),
    ],
)
def test_only_the_owner_and_the_head_move(move, talks, login, status):
    assert move(login, talks.id).status_code == status


@pytest.mark.parametrize("login, status", [("maria", 404), ("olga", 403)])
@pytest.mark.parametrize("method, path", [("GET", "/moves"), ("POST", "/moves/undo")])
def test_the_menu_and_the_undo_are_as_closed(open_client, ivanov_deal, login, status, method, path):
    assert open_client(login).request(method, f"/deals/{ivanov_deal.id}{path}").status_code == status


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"stage_id": "\0", "version": "1"},
        {"stage_id": "1e9", "version": "1"},
        {"stage_id": "9" * 40, "version": "1"},
        {"stage_id": "1", "version": "²"},
        {"stage_id": "1", "version": "1", "after_id": "-5"},
    ],
)
def test_an_unreadable_move_is_a_sentence(open_client, ivanov_deal, values):
    answer = open_client("anna").post(f"/deals/{ivanov_deal.id}/moves", data=values, headers=HTMX)

    assert answer.status_code == 422


@pytest.mark.parametrize("deal_id", ["0", "999999", "9223372036854775808", "9" * 50])
def test_no_such_deal(open_client, talks, deal_id):
    answer = open_client("anna").post(f"/deals/{deal_id}/moves", data={"stage_id": talks.id, "version": 1})

    assert answer.status_code == 404


def test_no_such_stage(move):
    assert move("anna", 999_999).status_code == 404


def test_without_the_token_nothing_moves(open_client, ivanov_deal, talks):
    anna = open_client("anna")
    del anna.headers["X-CSRFToken"]

    answer = anna.post(f"/deals/{ivanov_deal.id}/moves", data={"stage_id": talks.id, "version": 1})

    assert answer.status_code == 403


def test_undo_brings_the_card_back(open_client, move, session, ivanov_deal, talks):
    move("anna", talks.id)
    anna = open_client("anna")

    assert anna.post(f"/deals/{ivanov_deal.id}/moves/undo", headers=HTMX).status_code == 200
    assert stage_of(session, ivanov_deal) == "Новый"


def test_somebody_elses_move_is_not_undone(open_client, move, session, ivanov_deal, talks):
    move("boris", talks.id)

    answer = open_client("anna").post(f"/deals/{ivanov_deal.id}/moves/undo", headers=HTMX)

    assert answer.status_code == 409 and stage_of(session, ivanov_deal) == "Переговоры"


def test_the_menu_names_what_each_stage_needs(open_client, ivanov_deal, booking_stage):
    menu = open_client("anna").get(f"/deals/{ivanov_deal.id}/moves", headers=HTMX).text

    assert f'name="stage_id" value="{booking_stage.id}"' in menu
    assert menu.count("menu__why") == 3


def test_of_many_moves_at_once_one_wins_and_the_rest_are_told(open_client, session, ivanov_deal, talks, lost):
    windows = [open_client("anna" if place % 2 else "boris") for place in range(8)]
    start = threading.Barrier(len(windows))

    def drop(place):
        start.wait()
        stage = talks if place % 2 else lost
        values = {"stage_id": stage.id, "version": 1, "board": "1"}
        return windows[place].post(f"/deals/{ivanov_deal.id}/moves", data=values, headers=HTMX).status_code

    with ThreadPoolExecutor(len(windows)) as crowd:
        statuses = sorted(crowd.map(drop, range(len(windows))))

    assert statuses == [200, *[409] * (len(windows) - 1)]
    stays = session.exec(select(StageStay).where(StageStay.deal_id == ivanov_deal.id)).all()
    assert [stay.left_at is None for stay in stays].count(True) == 1
