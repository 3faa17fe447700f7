"""Units side by side: what differs is marked, too many are refused politely."""

import re

import pytest


def address(*flats):
    return "/units/comparison?units=" + ",".join(str(getattr(flat, "id", flat)) for flat in flats)


def row(html, title):
    return re.search(rf'<tr class="(\w*)">\s*<th scope="row">{title}(.*?)</tr>', html, re.DOTALL)


def test_what_differs_is_marked_by_a_sign_and_a_word(open_client, flat_1, flat_2):
    html = open_client("anna").get(address(flat_1, flat_2)).text

    assert row(html, "Площадь")[1] == "differs" and "≠" in row(html, "Площадь")[2]
    assert "различается" in row(html, "Площадь")[2]
    assert row(html, "Дом")[1] == "" and "≠" not in row(html, "Дом")[2]
    assert "самая низкая" in row(html, "Цена")[2] and "+\u00a01\u00a0500\u00a0000" in row(html, "Цена")[2]


def test_units_stand_in_the_order_they_were_asked_for_and_each_can_be_left_out(open_client, flat_1, flat_2):
    html = open_client("vera").get(address(flat_2, flat_1, flat_2)).text

    assert re.findall(r"Квартира № (\d+)</a>", html) == ["2", "1"]
    assert f'href="/units/comparison?units={flat_1.id}"' in html


def test_more_than_four_are_refused_and_the_first_four_are_there(open_client, session, flat_1):
    five = range(flat_1.id, flat_1.id + 5)
    answer = open_client("anna").get(address(*five))

    assert answer.status_code == 409 and "не больше 4" in answer.text
    assert len(re.findall(r"Квартира № \d+</a>", answer.text)) == 4


@pytest.mark.parametrize("unknown", ["999999", "1,999999", "9" * 18])
def test_a_unit_that_is_not_there_is_404(open_client, unknown):
    assert open_client("anna").get(f"/units/comparison?units={unknown}").status_code == 404


@pytest.mark.parametrize("nonsense", ["", "abc", "-1", "1e9", "²", ",,,", "9" * 40])
def test_nonsense_is_an_empty_comparison(open_client, nonsense):
    answer = open_client("anna").get("/units/comparison", params={"units": nonsense})

    assert answer.status_code == 200 and "Сравнивать пока нечего" in answer.text


def test_favourites_can_be_added_while_there_is_room(open_client, flat_1, flat_2):
    anna = open_client("anna")
    anna.post(f"/units/{flat_2.id}/favourite")

    assert address(flat_1, flat_2) in anna.get(address(flat_1)).text
    assert address(flat_1, flat_2) not in open_client("maria").get(address(flat_1)).text


def test_who_may_not_see_real_estate_compares_nothing(open_client, flat_1):
    assert open_client("agata").get(address(flat_1)).status_code == 403


def test_a_comparison_asks_a_few_questions(open_client, flat_1, flat_2, queries):
    anna = open_client("anna")
    with queries(8):
        anna.get(address(flat_1, flat_2))
