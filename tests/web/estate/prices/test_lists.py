"""Price lists on the screen: seen before they are applied, by those who set prices."""

import re
from decimal import Decimal

import pytest
from sqlmodel import select

from domain.estate import Unit
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import ListState, Master, PriceList
from jobs.estate.carry_price_list import carry_price_list
from tests.sites import HTMX


@pytest.fixture
def ours(session, river, boris):
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    session.commit()
    return river


FORM = {"rule": "percent", "value": "10", "step": "1000", "status": ["free", "booked"]}


@pytest.fixture
def document(open_client, session, ours):
    answer = open_client("boris").post(
        "/prices/lists", data=FORM | {"project": ours.id, "title": "С декабря"}
    )
    assert answer.status_code == 303, answer.text
    session.rollback()
    return session.exec(select(PriceList)).one()


def test_the_preview_shows_each_unit_before_and_after_and_the_sums(open_client, document, flat_1):
    page = open_client("boris").get(f"/prices/lists/{document.id}").text.replace("\xa0", " ")

    assert "Прайс № 1: +10 %" in page and "черновик" in page
    assert "6 550 000 ₽" in page and "7 205 000 ₽" in page and "+655 000 ₽" in page and "+10,0 %" in page
    assert "Применить сейчас" in page


def test_it_is_sorted_and_narrowed_in_the_address(open_client, session, document, flat_1, flat_2):
    flat_2.price = None
    session.commit()
    boris = open_client("boris")

    shown = boris.get(f"/prices/lists/{document.id}?sort=-after").text
    skipped = boris.get(f"/prices/lists/{document.id}?part=not_priced").text

    numbers = re.findall(r'href="/units/(\d+)"', shown)
    assert int(numbers[-1]) == flat_2.id and len(numbers) == 11
    assert re.findall(r'href="/units/(\d+)"', skipped) == [str(flat_2.id)]
    assert "ещё нет цены" in skipped


def test_an_open_page_asks_only_how_far_it_is_until_it_is_done(open_client, session, document, flat_1):
    boris, address = open_client("boris"), f"/prices/lists/{document.id}"
    boris.post(f"{address}/application")

    page = boris.get(address).text
    assert f'hx-get="{address}?sort=unit&amp;page=1&amp;at=work"' in page
    far = boris.get(f"{address}?at=work", headers=HTMX)
    assert far.headers["hx-reswap"] == "none" and 'id="price-list-progress"' in far.text
    assert 'hx-swap-oob="outerMorph"' in far.text and "/units/" not in far.text
    carry_price_list.fn(document.id)
    whole = boris.get(f"{address}?at=work", headers=HTMX)
    assert 'id="price-list"' in whole.text and "hx-reswap" not in whole.headers


def test_applied_by_a_worker_and_undone(open_client, session, document, flat_1):
    boris = open_client("boris")
    assert boris.post(f"/prices/lists/{document.id}/application").status_code == 303
    assert "Применяется" in boris.get(f"/prices/lists/{document.id}", headers=HTMX).text

    carry_price_list.fn(document.id)

    session.rollback()
    assert session.get(Unit, flat_1.id).price == Decimal(7_205_000)
    assert "Отменить прайс" in boris.get(f"/prices/lists/{document.id}").text
    assert boris.post(f"/prices/lists/{document.id}/undo").status_code == 303
    carry_price_list.fn(document.id)
    session.rollback()
    assert session.get(Unit, flat_1.id).price == Decimal(6_550_000)
    assert session.get(PriceList, document.id).state is ListState.UNDONE


def test_with_1c_as_the_master_the_screen_says_so_and_refuses(open_client, session, document, ours, boris):
    keep_rules(session, ours, master=Master.ONEC, floor_metre=None, version=1, by=boris)
    session.commit()
    boris = open_client("boris")

    assert "ведёт 1С" in boris.get(f"/prices/lists/{document.id}").text
    answer = boris.post(f"/prices/lists/{document.id}/application")

    assert answer.status_code == 409 and "Сначала выберите в настройках" in answer.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"value": "много"}, "Напишите число цифрами"),
        ({"value": "0"}, "Укажите, на сколько"),
        ({"value": "-100"}, "От снижения на 99"),
        ({"rule": "lines"}, "хотя бы одно помещение"),
        ({"rule": "lines", "lines": "999; 5 000 000"}, "нет помещения «999»"),
        ({"rule": "lines", "lines": "1; 5 000 000\n1; 6 000 000"}, "указано дважды"),
        ({"rule": "lines", "lines": "1 5000000"}, "Строка 1"),
        ({"floor_from": "5", "floor_to": "2"}, "больше, чем"),
    ],
)
def test_what_can_not_be_is_said_at_its_field_and_typed_words_stay(open_client, ours, wrong, told):
    answer = open_client("boris").post(
        "/prices/lists", data=FORM | {"project": ours.id, "title": "Моё"} | wrong
    )

    assert answer.status_code == 422 and told in answer.text.replace("\xa0", " ")
    assert 'value="Моё"' in answer.text


def test_a_list_pasted_from_a_spreadsheet(open_client, session, ours, flat_1, flat_2):
    lines = f"Дом 1\t1\t5 500 000\n{flat_2.number}; 7 700 000,50"
    data = {"project": ours.id, "rule": "lines", "lines": lines, "step": "1"}

    answer = open_client("boris").post("/prices/lists", data=data)

    page = open_client("boris").get(answer.headers["location"]).text.replace("\xa0", " ")
    assert "5 500 000 ₽" in page and "7 700 000,50 ₽" in page


@pytest.mark.parametrize(("login", "sees", "sets"), [
    ("boris", 200, 200), ("olga", 200, 200), ("anna", 200, 403), ("stas", 200, 403), ("admin", 200, 403),
    ("vera", 403, 403), ("agata", 403, 403),
])  # fmt: skip
def test_who_sees_prices_and_who_sets_them(open_client, document, login, sees, sets):
    person = open_client(login)

    assert person.get("/prices").status_code == sees
    assert person.get(f"/prices/lists/{document.id}").status_code == sees
    assert person.get("/prices/lists/new").status_code == sets
    refused = person.post(f"/prices/lists/{document.id}/application").status_code
    assert (refused == 403) == (sets == 403)
    if login == "anna":
        assert "Применить" not in person.get(f"/prices/lists/{document.id}").text


def test_who_is_second_at_the_form_sees_both(open_client, document):
    boris, olga = open_client("boris"), open_client("olga")
    data = FORM | {"title": "Её", "version": 1}
    assert olga.post(f"/prices/lists/{document.id}", data=data).status_code == 303

    answer = boris.post(f"/prices/lists/{document.id}", data=data | {"title": "Его"})

    assert answer.status_code == 409
    assert 'value="Его"' in answer.text and "Сейчас: «Её»" in answer.text
