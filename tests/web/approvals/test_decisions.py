"""Approvals over HTTP: who sees the queue, who answers, one press and its way back."""

import json
import re

import pytest
from sqlmodel import select

from domain import estate
from domain.approvals import Approval, ApprovalState
from domain.kernel import clock
from tests.sites import HTMX

QUEUE = {**HTMX, "HX-Target": "div#approvals"}


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=7, by=anna, now=clock.now())
    session.commit()
    return booking


@pytest.fixture
def asked(session, held, anna):
    found = estate.ask_to_extend(session, held, days=3, reason="Ждёт банк", by=anna, now=clock.now())
    session.commit()
    return found


def state(session, asked):
    session.rollback()
    session.refresh(asked)
    return asked.state


def test_a_manager_asks_from_the_panel_and_the_unit_says_that_it_waits(open_client, session, held, flat_1):
    anna = open_client("anna")
    before = anna.get(f"/units/{flat_1.id}").text
    assert "Попросить руководителя продлить" in before and 'value="1"' in before

    panel = {**HTMX, "HX-Target": "aside#unit-panel"}
    answer = anna.post(
        f"/bookings/{held.id}/requests", data={"days": 3, "reason": "Ждёт банк"}, headers=panel
    )

    assert answer.status_code == 200 and "Ждёт решения: Борис Громов" in answer.text
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Запрос отправлен, решает Борис Громов"
    assert anna.post(toast["undo"], headers=HTMX).status_code == 200
    session.rollback()
    assert session.exec(select(Approval)).one().state is ApprovalState.WITHDRAWN


def test_a_plain_form_asks_and_shows_the_unit(open_client, held, flat_1):
    answer = open_client("anna").post(f"/bookings/{held.id}/requests", data={"days": 3, "reason": "Банк"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/units/{flat_1.id}")


def test_without_a_reason_it_is_422_in_words(open_client, held):
    answer = open_client("anna").post(f"/bookings/{held.id}/requests", data={"days": 3, "reason": ""})

    assert answer.status_code == 422 and "по этому решает руководитель" in answer.text


def test_the_deal_and_the_register_say_that_it_waits(open_client, asked, held):
    anna = open_client("anna")

    assert "Ждёт решения: Борис" in anna.get(f"/deals/{held.deal_id}").text
    assert "просят +3" in anna.get("/bookings?state=waiting").text


def test_owner_and_head_see_it_colleague_and_stranger_do_not(open_client, asked):
    for login in ("anna", "boris"):
        client = open_client(login)
        assert "Ждёт банк" in client.get(f"/approvals/{asked.id}").text
        assert f"approval-{asked.id}" in client.get("/approvals").text
    for login in ("maria", "stas"):
        client = open_client(login)
        assert client.get(f"/approvals/{asked.id}").status_code == 404
        assert f"approval-{asked.id}" not in client.get("/approvals").text
    for login in ("vera", "admin", "agata", "olga"):
        assert open_client(login).get("/approvals").status_code == 403


def test_the_head_has_a_number_in_the_sections_and_buttons_the_asker_has_not(open_client, asked):
    boris, anna = open_client("boris"), open_client("anna")

    assert re.search(r'href="/approvals"[^>]*>Согласования<span class="badge n">1<', boris.get("/").text)
    assert 'value="approve"' in boris.get(f"/approvals/{asked.id}").text
    page = anna.get(f"/approvals/{asked.id}").text
    assert 'value="approve"' not in page and f"/approvals/{asked.id}/withdrawal" in page


def test_one_press_grants_and_one_press_takes_back(open_client, session, asked, held):
    boris = open_client("boris")
    answer = boris.post(
        "/approvals/decisions", data={"single": asked.id, "verdict": "approve"}, headers=QUEUE
    )

    assert answer.status_code == 200 and 'id="approvals"' in answer.text
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Согласован 1 запрос" and state(session, asked) is ApprovalState.APPROVED
    assert boris.post(toast["undo"], headers=HTMX).status_code == 200
    assert state(session, asked) is ApprovalState.WAITING


def test_declining_wants_a_word(open_client, session, asked):
    boris = open_client("boris")

    silent = boris.post("/approvals/decisions", data={"single": asked.id, "verdict": "decline"})
    assert silent.status_code == 422 and "почему нет" in silent.text
    said = {"single": asked.id, "verdict": "decline", "comment": "Хватит недели"}
    assert boris.post("/approvals/decisions", data=said).status_code == 303
    assert state(session, asked) is ApprovalState.DECLINED
    assert "Хватит недели" in open_client("anna").get(f"/approvals/{asked.id}").text


def test_several_by_one_press_with_or_without_boxes(open_client, session, asked, flat_2, ivanov_deal, anna):
    other = estate.book(session, flat_2, deal_id=ivanov_deal.id, days=7, by=anna, now=clock.now())
    second = estate.ask_to_extend(session, other, days=1, reason="Жена", by=anna, now=clock.now())
    session.commit()
    boris = open_client("boris")
    assert "Согласовать выбранные" in boris.get("/approvals").text

    answer = boris.post(
        "/approvals/decisions", data={"ids": [asked.id, second.id], "verdict": "approve"}, headers=QUEUE
    )

    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == "Согласовано 2 запроса"
    nothing = boris.post("/approvals/decisions", data={"verdict": "approve"})
    assert nothing.status_code == 409 and "Выберите" in nothing.text


def test_a_manager_answers_nothing(open_client, session, asked):
    for login in ("anna", "maria"):
        answer = open_client(login).post(
            "/approvals/decisions", data={"single": asked.id, "verdict": "approve"}
        )
        assert answer.status_code == 403
    assert state(session, asked) is ApprovalState.WAITING


def test_decided_requests_are_kept(open_client, asked):
    boris = open_client("boris")
    boris.post("/approvals/decisions", data={"single": asked.id, "verdict": "approve"})

    assert f"approval-{asked.id}" in boris.get("/approvals?state=decided").text
    assert f"approval-{asked.id}" not in boris.get("/approvals").text


def test_the_queue_has_a_budget(open_client, asked, queries):
    boris = open_client("boris")

    with queries(6):
        boris.get("/approvals", headers=QUEUE)
