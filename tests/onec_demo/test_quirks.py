"""Each oddity: on it bites, off it does not; by name, documented, kept over a restart."""

from pathlib import Path

import pytest

from jobs.onec_demo.app import create
from jobs.onec_demo.quirks import BY_NAME, QUIRKS
from tests.onec_demo.client import COUNTERPARTIES, INVOICES, RESERVATIONS, ROOT, UNITS, OneC, told_error

PACKAGE = Path(__file__).parents[2] / "jobs" / "onec_demo"


def test_every_quirk_is_asked_for_somewhere_and_says_where_it_was_seen() -> None:
    sources = "".join(path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "quirks.py")
    assert [each.name for each in QUIRKS if f'quirks["{each.name}"]' not in sources] == []
    assert all(each.source and each.title for each in QUIRKS)
    assert len(BY_NAME) == len(QUIRKS)


def test_a_space_sent_as_a_plus_breaks_the_filter(onec: OneC) -> None:
    url = f"{ROOT}/{UNITS}?$format=json&$filter=Дом+eq+'Дом%201'"
    assert told_error(onec.http.get(url))[:2] == (400, "1")
    onec.switch(plus_breaks_filter=False)
    assert len(onec.http.get(url).json()["value"]) == 20


def test_whole_numbers_are_strings(onec: OneC) -> None:
    assert isinstance(onec.free_unit()["Этаж"], str)
    onec.switch(int64_strings=False)
    assert isinstance(onec.free_unit()["Этаж"], int)


def test_a_count_without_its_mark(onec: OneC) -> None:
    onec.switch(count_bom=False)
    assert onec.get(f"{UNITS}/$count").content == b"40"


def test_pages_without_an_order_lose_rows(onec: OneC) -> None:
    def seen() -> int:
        return len(
            {
                each["Ref_Key"]
                for start in range(0, 40, 10)
                for each in onec.rows(UNITS, skip=str(start), top="10")
            }
        )

    assert seen() < 40
    onec.switch(orderless_paging_loses_rows=False)
    assert seen() == 40


def test_references_compared_by_order(onec: OneC) -> None:
    text = "Ref_Key gt guid'00000000-0000-0000-0000-000000000000'"
    status, code, sentence = told_error(onec.get(UNITS, filter=text))
    assert (status, code) == (500, "-1") and "Неверные параметры в операции сравнения" in sentence
    onec.switch(guid_order_refused=False)
    assert len(onec.rows(UNITS, filter=text)) == 40


def test_a_composite_reference_without_its_type(onec: OneC) -> None:
    key = onec.create(RESERVATIONS)["Ref_Key"]
    onec.create(INVOICES, ДокументОснование=key, ДокументОснование_Type=f"StandardODATA.{RESERVATIONS}")
    assert onec.rows(INVOICES, filter=f"ДокументОснование eq guid'{key}'") == []
    assert len(onec.rows(INVOICES, filter=f"ДокументОснование eq cast(guid'{key}','{RESERVATIONS}')")) == 1
    onec.switch(composite_needs_cast=False)
    assert len(onec.rows(INVOICES, filter=f"ДокументОснование eq guid'{key}'")) == 1


def test_a_base_that_does_not_cut_inn(onec: OneC) -> None:
    onec.switch(short_inn=False)
    assert onec.create(COUNTERPARTIES, ИНН="780234567839")["ИНН"] == "780234567839"


def test_rows_of_a_posted_document_are_locked(onec: OneC) -> None:
    company = onec.rows("Catalog_Организации")[0]["Ref_Key"]
    buyer = onec.rows(COUNTERPARTIES, filter="ИНН eq '7809876549'")[0]["Ref_Key"]
    key = onec.create(INVOICES, Организация_Key=company, Контрагент_Key=buyer, Товары=[{"Цена": 1}])[
        "Ref_Key"
    ]
    assert onec.carry_out(INVOICES, key).status_code == 200
    assert told_error(onec.patch(INVOICES, key, Товары=[{"Цена": 2}]))[:2] == (500, "-1")
    assert onec.patch(INVOICES, key, Комментарий="шапку можно").status_code == 200
    onec.switch(posted_rows_locked=False)
    assert onec.patch(INVOICES, key, Товары=[{"Цена": 2}]).status_code == 200


def test_a_second_reservation_where_nobody_checks(onec: OneC) -> None:
    onec.switch(refuse_second_reservation=False)
    unit = onec.free_unit()["Ref_Key"]
    for _ in range(2):
        key = onec.create(RESERVATIONS, Помещение_Key=unit)["Ref_Key"]
        assert onec.carry_out(RESERVATIONS, key).status_code == 200


def test_our_key_is_not_taken(onec: OneC) -> None:
    onec.switch(no_own_ref_key=True)
    own = "cccccccc-0000-4000-8000-000000000001"
    keys = {onec.create(COUNTERPARTIES, Ref_Key=own, ЮрФизЛицо="ЮрЛицо")["Ref_Key"] for _ in range(2)}
    assert len(keys) == 2 and own not in keys


def test_posted_in_the_body_posts(onec: OneC) -> None:
    unit = onec.free_unit()["Ref_Key"]
    assert onec.create(RESERVATIONS, Помещение_Key=unit, Posted=True)["Posted"] is False
    onec.switch(posted_in_body_posts=True)
    assert onec.create(RESERVATIONS, Помещение_Key=unit, Posted=True)["Posted"] is True
    before = len(onec.rows(RESERVATIONS))
    assert told_error(onec.post(RESERVATIONS, Помещение_Key=unit, Posted=True))[:2] == (500, "-1")
    assert len(onec.rows(RESERVATIONS)) == before, "what could not be posted was not written either"


def test_guids_in_capitals(onec: OneC) -> None:
    onec.switch(uppercase_guids=True)
    key = onec.free_unit()["Ref_Key"]
    assert key == key.upper() != key.lower()
    assert onec.row(UNITS, key)["Ref_Key"] == key


def test_a_delete_that_fails_leaves_the_row(onec: OneC) -> None:
    onec.switch(delete_fails=True)
    url = onec.url(f"{UNITS}(guid'{onec.free_unit()['Ref_Key']}')")
    assert told_error(onec.http.delete(url))[:2] == (500, "-1")
    assert onec.http.get(url).status_code == 200


def test_a_post_that_does_not_tell_its_length(onec: OneC) -> None:
    onec.switch(empty_post_needs_length=True)
    key = onec.create(RESERVATIONS, Помещение_Key=onec.free_unit()["Ref_Key"])["Ref_Key"]
    request = onec.http.build_request("POST", onec.url(f"{RESERVATIONS}(guid'{key}')/Post"))
    del request.headers["content-length"]
    assert onec.http.send(request).status_code == 411
    assert onec.carry_out(RESERVATIONS, key).status_code == 200


def test_long_addresses(onec: OneC) -> None:
    long_filter = " or ".join([f"Ref_Key eq guid'{onec.free_unit()['Ref_Key']}'"] * 40)
    assert onec.get(UNITS, filter=long_filter).status_code == 200
    onec.switch(short_urls=True)
    assert onec.get(UNITS, filter=long_filter).status_code == 404
    assert onec.http.get(f"{ROOT}/{'x' * 300}").status_code == 400


def test_a_cap_on_the_page(onec: OneC) -> None:
    for _ in range(5):
        onec.http.post("/control/units", json={"count": 200})
    assert len(onec.rows(UNITS, orderby="Ref_Key", top="1030")) == 1030
    onec.switch(top_capped=True)
    assert len(onec.rows(UNITS, orderby="Ref_Key", top="1030")) == 1000
    assert len(onec.rows(UNITS, orderby="Ref_Key")) == 1000


def test_a_login_page_in_place_of_data(onec: OneC) -> None:
    onec.switch(html_login_page_200=True)
    answer = onec.get(UNITS)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")


def test_maintenance(onec: OneC) -> None:
    onec.switch(maintenance_403=True)
    answer = onec.get(UNITS)
    assert answer.status_code == 403 and "Ведутся технические работы" in answer.text


def test_a_hidden_row_spoils_everything_unless_only_the_allowed_are_asked_for(onec: OneC) -> None:
    hidden = onec.demo.base.store.rows(UNITS)[0]["Ref_Key"]
    onec.switch(hidden_row_401=True)
    assert told_error(onec.get(UNITS))[:2] == (401, "20")
    assert told_error(onec.get(f"{UNITS}(guid'{hidden}')"))[:2] == (401, "20")
    for allowed in ("allowedOnly", "$allowedOnly"):
        rows = onec.http.get(onec.url(UNITS) + f"&{allowed}=true").json()["value"]
        assert len(rows) == 39 and hidden not in {each["Ref_Key"] for each in rows}


@pytest.mark.parametrize("name", [each.name for each in QUIRKS])
def test_a_quirk_is_switched_both_ways_by_name(onec: OneC, name: str) -> None:
    for on in (True, False):
        onec.switch(**{name: on})
        assert onec.http.get("/control/quirks").json()[name]["on"] is on


def test_an_unknown_quirk_is_refused(onec: OneC) -> None:
    assert onec.http.post("/control/quirks", json={"telepathy": True}).status_code == 422


def test_quirks_outlive_a_restart(base: Path) -> None:
    first = create(base)
    first.demo.base.quirks.switch("maintenance_403", True)
    first.demo.base.store.close()
    second = create(base)
    assert second.demo.base.quirks["maintenance_403"] is True
    second.demo.base.store.close()
