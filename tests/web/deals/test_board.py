"""The board over HTTP: who sees what, and addresses that are old, foreign or mad."""

import re

import pytest

from domain import deals
from tests.sites import HTMX
from web import holes


def test_the_board_shows_columns_with_exact_figures(open_client, ivanov_deal, new_stage):
    page = open_client("anna").get("/deals")

    assert page.status_code == 200
    assert f'id="stage-{new_stage.id}"' in page.text
    assert 'data-count="1" data-sum="800000000"' in page.text
    assert f'id="deal-{ivanov_deal.id}"' in page.text and 'data-version="1"' in page.text


@pytest.mark.parametrize(
    "login, status, seen",
    [
        ("anna", 200, True),
        ("maria", 200, False),
        ("boris", 200, True),
        ("stas", 200, False),
        ("olga", 200, True),
        ("vera", 403, False),
        ("admin", 403, False),
    ],
)
@pytest.mark.parametrize("address", ["/deals", "/deals?view=list", "/deals/stages/{stage}", "/deals/figures"])
def test_owner_colleague_head_stranger_and_roles(
    open_client, ivanov_deal, new_stage, login, status, seen, address
):
    answer = open_client(login).get(address.format(stage=new_stage.id), headers=HTMX)

    assert answer.status_code == status
    if not address.endswith("figures"):
        assert ("Иванов" in answer.text) is seen


def test_nobody_is_sent_to_sign_in_and_back(client, ivanov_deal):
    answer = client.get("/deals")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/deals")


def test_an_accountant_looks_but_has_nothing_to_drag(open_client, ivanov_deal):
    assert "kc-m" not in open_client("olga").get("/deals").text


def test_a_column_looks_again_with_the_filter_of_its_board(open_client, ivanov_deal, new_stage):
    anna = open_client("anna")

    column = anna.get(f"/deals/stages/{new_stage.id}?filter=overdue", headers=HTMX).text

    assert 'data-count="0"' in column
    assert f'hx-get="/deals/stages/{new_stage.id}?funnel={new_stage.funnel_id}&amp;filter=overdue"' in column
    assert f'data-live="stage-{new_stage.id}"' in column


@pytest.mark.parametrize(
    "query",
    [
        "filter=nonsense",
        "q=%FF%FE",
        "q=" + "я" * 500,
        "responsible=99999999999999999999",
        "responsible=-1",
        "page=999999999999",
        "view=list&stage=9223372036854775807&page=10000",
        "shown=99999999999",
        "view=%3Cscript%3E",
    ],
)
def test_an_address_typed_by_hand_still_shows_a_board(open_client, ivanov_deal, query):
    answer = open_client("anna").get(f"/deals?{query}")

    assert answer.status_code == 200 and "<script>" not in answer.text


@pytest.mark.parametrize(
    "address", ["/deals?funnel=999", "/deals/stages/999", "/deals/stages/99999999999999999999"]
)
def test_what_is_not_there_is_said(open_client, address):
    assert open_client("anna").get(address).status_code == 404


def test_a_nul_byte_is_a_sentence(open_client):
    answer = open_client("anna").get("/deals?q=%00")

    assert answer.status_code == 400 and "не читаются" in answer.text


def test_the_board_opens_at_the_funnel_looked_at_last(open_client, session, flats):
    services = deals.arrange(session, "Услуги", [deals.StagePlan("Заявка")], by=None)
    session.commit()
    anna = open_client("anna")
    assert f'id="stage-{deals.stages_of(session, services.id)[0].id}"' not in anna.get("/deals").text

    anna.get(f"/deals?funnel={services.id}")

    assert f'id="stage-{deals.stages_of(session, services.id)[0].id}"' in anna.get("/deals").text


@pytest.mark.parametrize("cookie", ["999", "x", "9" * 30, "-1"])
def test_a_funnel_that_is_gone_is_forgotten(open_client, ivanov_deal, cookie):
    anna = open_client("anna")
    anna.cookies.set("funnel", cookie, path="/deals")

    assert anna.get("/deals").status_code == 200


@pytest.mark.parametrize("packing", ["gzip", "br", "zstd", "identity"])
def test_the_board_is_the_same_however_it_is_packed(open_client, ivanov_deal, packing):
    anna = open_client("anna")
    whole = anna.get("/deals", headers={"Accept-Encoding": "identity"})

    packed = anna.get("/deals", headers={"Accept-Encoding": packing})

    assert packed.headers.get("content-encoding", "identity") == packing
    assert holes.HOLE not in packed.text and _without_horizon(packed.text) == _without_horizon(whole.text)


def test_kept_cards_are_drawn_anew_when_one_of_them_changes(open_client, session, ivanov_deal, ivanov):
    anna, boris = open_client("anna"), open_client("boris")
    before = [who.get("/deals").text for who in (anna, boris)]

    ivanov.name = "Сидоров Пётр Ильич"
    session.commit()

    for old, who in zip(before, (anna, boris), strict=True):
        assert 'data-client="Иванов' in old and "Сидоров" not in old
        assert "Сидоров" in (page := who.get("/deals").text) and 'data-client="Иванов' not in page


def test_kept_cards_mark_only_ones_own(open_client, ivanov_deal):
    anna, boris = open_client("anna"), open_client("boris")

    assert ["ava me" in who.get("/deals").text for who in (anna, boris, anna)] == [True, False, True]


def test_a_move_by_a_plain_form_from_the_board_is_answered_with_the_way_to_the_deal(
    open_client, ivanov_deal, new_stage
):
    form = {"stage_id": new_stage.id, "version": 1, "board": "1"}

    answer = open_client("anna").post(f"/deals/{ivanov_deal.id}/moves", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{ivanov_deal.id}")


def _without_horizon(page):
    return re.sub(r'data-live-since="\d+"', "", page)
