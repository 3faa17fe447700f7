"""Creating and changing over the wire."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.onec_demo.client import COUNTERPARTIES, INVOICES, ROOT, UNITS, OneC, told_error

KEY = "cccccccc-0000-4000-8000-000000000001"
EMPTY = "00000000-0000-0000-0000-000000000000"


def test_a_new_row_is_answered_with_its_place(onec: OneC) -> None:
    answer = onec.post(COUNTERPARTIES, Description="Рассвет ООО", ЮрФизЛицо="ЮрЛицо", ИНН="7804556672")
    assert answer.status_code == 201
    again = onec.http.get(answer.headers["location"] + "?$format=json")
    assert again.json() == answer.json()
    assert answer.json()["Code"] == "00-000008"


def test_our_own_key_is_taken_and_its_repeat_changes_nothing(onec: OneC) -> None:
    made = onec.create(COUNTERPARTIES, Ref_Key=KEY.upper(), Description="Рассвет ООО", ЮрФизЛицо="ЮрЛицо")
    assert made["Ref_Key"] == KEY
    repeat = onec.post(COUNTERPARTIES, Ref_Key=KEY, Description="Закат ООО")
    assert told_error(repeat)[:2] == (400, "15")
    assert onec.row(COUNTERPARTIES, KEY)["Description"] == "Рассвет ООО"


def test_of_twenty_equal_requests_at_once_one_creates(onec: OneC) -> None:
    def ask(number: int) -> int:
        return onec.post(COUNTERPARTIES, Ref_Key=KEY, Description=str(number)).status_code

    with ThreadPoolExecutor(20) as clients:
        statuses = list(clients.map(ask, range(20)))
    assert sorted(statuses) == [201] + [400] * 19
    assert len(onec.rows(COUNTERPARTIES, filter=f"Ref_Key eq guid'{KEY}'")) == 1


def test_unknown_properties_are_passed_over_in_silence(onec: OneC) -> None:
    made = onec.create(
        COUNTERPARTIES, Description="А", ЮрФизЛицо="ЮрЛицо", НетТакого="x", **{"odata.type": "y"}
    )
    assert "НетТакого" not in made
    onec.switch(unknown_properties_ignored=False)
    assert told_error(onec.post(COUNTERPARTIES, НетТакого="x"))[:2] == (400, "10")


def test_every_save_gives_a_new_version_also_of_the_same(onec: OneC) -> None:
    unit = onec.free_unit()
    versions = {
        unit["DataVersion"],
        *(onec.patch(UNITS, unit["Ref_Key"], Цена=unit["Цена"]).json()["DataVersion"] for _ in range(3)),
    }
    assert len(versions) == 4
    assert all(len(each) == 12 and each.endswith("=") for each in versions)


def test_a_patch_changes_only_what_it_names(onec: OneC) -> None:
    before = onec.free_unit()
    after = onec.patch(UNITS, before["Ref_Key"], Цена=7_250_000.5).json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"Цена", "DataVersion"}
    assert after["Цена"] == 7250000.5


def test_a_put_empties_what_it_leaves_out_but_not_the_number(onec: OneC) -> None:
    made = onec.create(INVOICES, Комментарий="первый", СуммаДокумента=5, Товары=[{"Цена": 1}])
    url = onec.url(f"{INVOICES}(guid'{made['Ref_Key']}')")
    body = {"СуммаДокумента": 7, "Контрагент@odata.bind": f"{COUNTERPARTIES}(guid'{KEY}')"}
    after = onec.http.put(url, json=body).json()
    assert (after["Комментарий"], after["СуммаДокумента"], after["Товары"]) == ("", 7, [])
    assert (after["Number"], after["Контрагент_Key"]) == (made["Number"], KEY)


def test_a_table_is_always_sent_whole(onec: OneC) -> None:
    made = onec.create(INVOICES, Товары=[{"Цена": 1}, {"Цена": 2}])
    after = onec.patch(INVOICES, made["Ref_Key"], Товары=[{"LineNumber": "7", "Цена": "3.50"}]).json()
    assert [(each["LineNumber"], each["Цена"], each["Ref_Key"]) for each in after["Товары"]] == [
        ("1", 3.5, made["Ref_Key"])
    ]
    assert told_error(onec.post(f"{INVOICES}_Товары", Цена=1))[:2] == (400, "13")
    row = onec.url(f"{INVOICES}_Товары(Ref_Key=guid'{made['Ref_Key']}',LineNumber=1)")
    assert told_error(onec.http.patch(row, json={"Цена": 9}))[:2] == (405, "19")
    assert told_error(onec.patch(INVOICES, made["Ref_Key"], Товары="нет"))[:2] == (400, "13")


def test_a_delete_is_physical_and_a_mark_is_not(onec: OneC) -> None:
    made = onec.create(COUNTERPARTIES, Description="А", ЮрФизЛицо="ЮрЛицо")
    assert onec.patch(COUNTERPARTIES, made["Ref_Key"], DeletionMark=True).json()["DeletionMark"] is True
    url = onec.url(f"{COUNTERPARTIES}(guid'{made['Ref_Key']}')")
    assert onec.http.delete(url).status_code == 204
    assert told_error(onec.http.get(url))[:2] == (404, "9")


def test_without_a_person_kind_twelve_digits_of_inn_become_ten(onec: OneC) -> None:
    trapped = onec.create(COUNTERPARTIES, Description="ИП", ИНН="780234567839")
    assert (trapped["ИНН"], trapped["ЮридическоеФизическоеЛицо"]) == ("7802345678", "ЮридическоеЛицо")
    told = onec.create(
        COUNTERPARTIES, Description="ИП", ИНН="780234567839", ЮрФизЛицо="ИндивидуальныйПредприниматель"
    )
    assert told["ИНН"] == "780234567839"


def test_two_counterparties_with_one_inn_are_let_in_unless_the_base_checks(onec: OneC) -> None:
    body = {"Description": "Дважды", "ЮрФизЛицо": "ЮрЛицо", "ИНН": "7804556672", "КПП": "780401001"}
    onec.create(COUNTERPARTIES, **body)
    onec.create(COUNTERPARTIES, **body)
    onec.switch(refuse_duplicate_requisites=True)
    status, code, sentence = told_error(onec.post(COUNTERPARTIES, **body))
    assert (status, code) == (500, "-1") and "7804556672" in sentence
    assert len(onec.rows(COUNTERPARTIES, filter="ИНН eq '7804556672'")) == 2
    onec.create(COUNTERPARTIES, **body | {"КПП": "780402001"})


def test_numbers_are_given_by_1c_and_never_twice_in_a_year(onec: OneC) -> None:
    first, second = (onec.create(INVOICES, Date="2026-02-01T00:00:00")["Number"] for _ in range(2))
    assert (first, second) == ("КДБП-000001", "КДБП-000002")
    assert onec.create(INVOICES, Date="2025-02-01T00:00:00")["Number"] == "КДБП-000001"
    assert told_error(onec.post(INVOICES, Number=first, Date="2026-05-01T00:00:00"))[:2] == (500, "-1")


def test_what_1c_writes_itself_is_not_taken_from_a_client(onec: OneC) -> None:
    made = onec.create(
        COUNTERPARTIES, DataVersion="AAAA", Predefined=True, ЮрФизЛицо="ЮрЛицо", Parent_Key=None
    )
    assert made["DataVersion"] != "AAAA" and made["Predefined"] is False and made["Parent_Key"] == EMPTY


@pytest.mark.parametrize("body", [
    {"ИНН": 7804556672}, {"ИНН": ["x"]}, {"ИНН": "\ud800"}, {"ИНН": "a\0b"}, {"ЮрФизЛицо": "Кот"},
    {"DeletionMark": 1},
    {"DeletionMark": "да"}, {"Партнер_Key": "42"}, {"Партнер_Key": 5}, {"Ref_Key": "42"},
])  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_and_nothing_is_written(
    onec: OneC, body: dict[str, object]
) -> None:
    before = len(onec.rows(COUNTERPARTIES))
    answer = onec.http.post(
        onec.url(COUNTERPARTIES), content=dumps(body), headers={"Content-Type": "application/json"}
    )
    assert told_error(answer)[:2] == (400, "4")
    assert len(onec.rows(COUNTERPARTIES)) == before


@pytest.mark.parametrize(
    "price", ["1e5", "1E5", '"1e5"', "NaN", "-Infinity", "9" * 400, '"много"', "true", '"1 000"', '"1,5"']
)
def test_money_is_a_plain_number_or_a_plain_string(onec: OneC, price: str) -> None:
    unit = onec.free_unit()
    url = onec.url(f"{UNITS}(guid'{unit['Ref_Key']}')")
    answer = onec.http.patch(
        url, content=f'{{"Цена": {price}}}'.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert onec.row(UNITS, unit["Ref_Key"])["Цена"] == unit["Цена"]


@pytest.mark.parametrize(
    "date",
    ["2026-02-30T00:00:00", "2026-02-03", "2026-02-03T10:00:00Z", "03.02.2026", "2026-02-03T10:00:00+03:00"],
)
def test_a_date_is_naive_and_whole(onec: OneC, date: str) -> None:
    assert told_error(onec.post(INVOICES, Date=date))[:2] == (400, "4")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'"x"', b"\xff\xfe", b"[" * 100_000, b"\x1f\x8b", b'{"a": ' + b"9" * 5000 + b"}"],
)
def test_a_broken_body_is_a_refusal_and_no_fall(onec: OneC, body: bytes) -> None:
    answer = onec.http.post(
        onec.url(COUNTERPARTIES), content=body, headers={"Content-Type": "application/json"}
    )
    assert told_error(answer)[:2] == (400, "1")


def test_an_atom_entry_is_as_good_as_json(onec: OneC) -> None:
    entry = """<entry xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
      xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices">
      <content type="application/xml"><m:properties>
      <d:СуммаДокумента>5.5</d:СуммаДокумента><d:ЦенаВключаетНДС>false</d:ЦенаВключаетНДС>
      <d:Товары m:type="Collection(StandardODATA.X)"><d:element><d:Цена>5.5</d:Цена></d:element></d:Товары>
      </m:properties></content></entry>"""
    answer = onec.http.post(
        onec.url(INVOICES), content=entry.encode(), headers={"Content-Type": "application/atom+xml"}
    )
    made = answer.json()
    assert answer.status_code == 201
    assert (made["СуммаДокумента"], made["ЦенаВключаетНДС"], made["Товары"][0]["Цена"]) == (5.5, False, 5.5)


@pytest.mark.parametrize("body", [
    b"", b"<a", b"<a/>", b'<!DOCTYPE a [<!ENTITY x "y">]><a xmlns:m="m">&x;</a>',
])  # fmt: skip
def test_a_broken_entry_is_a_refusal(onec: OneC, body: bytes) -> None:
    answer = onec.http.post(
        onec.url(INVOICES), content=body, headers={"Content-Type": "application/atom+xml"}
    )
    assert told_error(answer)[:2] == (400, "1")


def test_a_body_of_another_type_is_not_read(onec: OneC) -> None:
    assert onec.http.post(f"{ROOT}/{INVOICES}", data={"a": "b"}).status_code == 415


def test_an_enormous_body_is_refused(onec: OneC) -> None:
    assert onec.http.post(f"{ROOT}/{INVOICES}", content=b" " * (33 * 1024 * 1024)).status_code == 413


def test_a_version_is_checked_only_when_the_base_reads_the_header(onec: OneC) -> None:
    unit = onec.free_unit()
    url = onec.url(f"{UNITS}(guid'{unit['Ref_Key']}')")
    stale = {"If-Match": "AAAAAAAAAAA="}
    assert onec.http.patch(url, json={"Цена": 1}, headers=stale).status_code == 200
    onec.switch(ignore_if_match=False)
    assert onec.http.patch(url, json={"Цена": 2}, headers=stale).status_code == 412
    fresh = onec.row(UNITS, unit["Ref_Key"])
    assert fresh["Цена"] == 1
    assert (
        onec.http.patch(url, json={"Цена": 2}, headers={"If-Match": fresh["DataVersion"]}).status_code == 200
    )


def dumps(body: dict[str, object]) -> bytes:
    return json.dumps(body).encode()
