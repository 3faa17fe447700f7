"""The reservation document of the developer's configuration: posting, refusals, the unit's status."""

from datetime import timedelta
from typing import Any

import pytest

from jobs.onec_demo.base import moscow_now
from jobs.onec_demo.values import EMPTY_DATE
from tests.onec_demo.client import RESERVATIONS, UNITS, OneC, told_error


def reserve(onec: OneC, unit: dict[str, Any], **more: Any) -> dict[str, Any]:
    until = (moscow_now() + timedelta(days=3)).isoformat()
    said = {"Помещение_Key": unit["Ref_Key"], "ДатаОкончания": until, "Цена": unit["Цена"]} | more
    return onec.create(RESERVATIONS, **said)


def status_of(onec: OneC, unit: dict[str, Any]) -> str:
    return str(onec.row(UNITS, unit["Ref_Key"])["СтатусПомещения"])


def test_a_reservation_comes_active_and_unposted_with_a_number_and_a_date(onec: OneC) -> None:
    made = reserve(onec, onec.free_unit(), Posted=True)
    assert (made["Статус"], made["Posted"], made["Number"]) == ("Активна", False, "КДБП-000001")
    assert made["Date"][:10] == moscow_now().isoformat()[:10]


def test_posting_books_the_unit_and_lifting_frees_it(onec: OneC) -> None:
    unit = onec.free_unit()
    key = reserve(onec, unit)["Ref_Key"]
    assert status_of(onec, unit) == "Свободна"
    posted = onec.carry_out(RESERVATIONS, key)
    assert (posted.status_code, onec.row(RESERVATIONS, key)["Posted"]) == (200, True)
    assert status_of(onec, unit) == "Забронирована"
    assert onec.patch(RESERVATIONS, key, Статус="Снята").status_code == 200
    assert status_of(onec, unit) == "Свободна"


@pytest.mark.parametrize("verb", ["Post", "Post()", "Post?PostingModeOperational=false"])
def test_posting_is_called_as_clients_call_it(onec: OneC, verb: str) -> None:
    key = reserve(onec, onec.free_unit())["Ref_Key"]
    name, _, options = verb.partition("?")
    url = onec.url(f"{RESERVATIONS}(guid'{key}')/{name}") + (f"&{options}" if options else "")
    assert onec.http.post(url).status_code == 200
    assert onec.row(RESERVATIONS, key)["Posted"] is True


@pytest.mark.parametrize(("ends", "posted"), [(EMPTY_DATE, 200), ("2090-01-01T00:00:00", 500)])
def test_behind_a_contract_stands_only_a_reservation_without_an_end(
    onec: OneC, ends: str, posted: int
) -> None:
    unit = onec.free_unit()
    onec.patch(UNITS, unit["Ref_Key"], СтатусПомещения="НаДоговоре")
    key = reserve(onec, unit, ДатаОкончания=ends)["Ref_Key"]
    assert onec.carry_out(RESERVATIONS, key).status_code == posted
    assert status_of(onec, unit) == "НаДоговоре"


def test_unposting_takes_it_back(onec: OneC) -> None:
    unit = onec.free_unit()
    key = reserve(onec, unit)["Ref_Key"]
    onec.carry_out(RESERVATIONS, key)
    assert onec.carry_out(RESERVATIONS, key, "Unpost").status_code == 200
    assert onec.row(RESERVATIONS, key)["Posted"] is False
    assert status_of(onec, unit) == "Свободна"


def test_a_second_reservation_of_the_unit_is_written_but_not_posted(onec: OneC) -> None:
    unit = onec.free_unit()
    first, second = reserve(onec, unit)["Ref_Key"], reserve(onec, unit)["Ref_Key"]
    onec.carry_out(RESERVATIONS, first)
    status, code, sentence = told_error(onec.carry_out(RESERVATIONS, second))
    assert (status, code) == (500, "-1") and "уже забронировано" in sentence
    assert onec.row(RESERVATIONS, second)["Posted"] is False
    onec.patch(RESERVATIONS, first, Статус="Снята")
    assert onec.carry_out(RESERVATIONS, second).status_code == 200
    assert onec.carry_out(RESERVATIONS, second).status_code == 200, (
        "posting again what is posted is no quarrel"
    )


def test_a_reservation_past_its_end_stands_in_nobodys_way(onec: OneC) -> None:
    unit = onec.free_unit()
    first = reserve(onec, unit)["Ref_Key"]
    onec.carry_out(RESERVATIONS, first)
    onec.patch(RESERVATIONS, first, ДатаОкончания="2020-01-01T00:00:00")
    assert onec.carry_out(RESERVATIONS, reserve(onec, unit)["Ref_Key"]).status_code == 200


@pytest.mark.parametrize("status", ["Продана", "НаДоговоре", "НеВПродаже"])
def test_a_unit_not_for_sale_is_not_reserved(onec: OneC, status: str) -> None:
    unit = onec.free_unit()
    onec.patch(UNITS, unit["Ref_Key"], СтатусПомещения=status)
    assert told_error(onec.carry_out(RESERVATIONS, reserve(onec, unit)["Ref_Key"]))[:2] == (500, "-1")
    assert status_of(onec, unit) == status


def test_posting_says_which_field_is_missing(onec: OneC) -> None:
    key = onec.create(RESERVATIONS, Комментарий="без помещения")["Ref_Key"]
    status, code, sentence = told_error(onec.carry_out(RESERVATIONS, key))
    assert (status, code) == (500, "-1") and "Помещение" in sentence


def test_a_mark_of_deletion_lifts_the_posting(onec: OneC) -> None:
    unit = onec.free_unit()
    key = reserve(onec, unit)["Ref_Key"]
    onec.carry_out(RESERVATIONS, key)
    onec.patch(RESERVATIONS, key, DeletionMark=True)
    assert onec.row(RESERVATIONS, key)["Posted"] is False
    assert status_of(onec, unit) == "Свободна"
    assert told_error(onec.carry_out(RESERVATIONS, key))[:2] == (500, "-1")


def test_a_catalog_cannot_be_posted_nor_a_reservation_posted_by_reading(onec: OneC) -> None:
    unit = onec.free_unit()
    assert told_error(onec.carry_out(UNITS, unit["Ref_Key"]))[:2] == (404, "11")
    key = reserve(onec, unit)["Ref_Key"]
    assert told_error(onec.get(f"{RESERVATIONS}(guid'{key}')/Post"))[:2] == (405, "19")


def test_the_status_of_the_unit_is_left_alone_when_the_configuration_is_made_so(onec: OneC) -> None:
    onec.switch(posting_books_unit=False)
    unit = onec.free_unit()
    onec.carry_out(RESERVATIONS, reserve(onec, unit)["Ref_Key"])
    assert status_of(onec, unit) == "Свободна"
