"""Reading the sets: shapes of JSON and Atom, options of the address, pages."""

import json

import httpx
import pytest
from lxml import etree

from tests.onec_demo.client import COUNTERPARTIES, INVOICES, RESERVATIONS, ROOT, UNITS, OneC, told_error

ATOM = "{http://www.w3.org/2005/Atom}"
META = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
BUYER = "aaaaaaaa-0000-4000-8000-000000000001"


@pytest.fixture
def invoice(onec: OneC) -> str:
    onec.create(
        COUNTERPARTIES, Ref_Key=BUYER, Description="Рассвет ООО", ЮрФизЛицо="ЮрЛицо", ИНН="7804556672"
    )
    goods = [{"Цена": 22729.17, "Количество": 1.5, "Сумма": 34093.76}, {"Цена": 150129}]
    made = onec.create(INVOICES, Контрагент_Key=BUYER, СуммаДокумента=184222.76, Товары=goods)
    return str(made["Ref_Key"])


def test_the_root_lists_what_is_published(onec: OneC) -> None:
    names = [each["name"] for each in onec.rows("")]
    assert {COUNTERPARTIES, UNITS, RESERVATIONS, f"{INVOICES}_Товары"} <= set(names)
    service = etree.fromstring(onec.http.get(f"{ROOT}/").content)
    listed = [each.get("href") for each in service.iter("{http://www.w3.org/2007/app}collection")]
    assert listed == names


def test_a_list_is_a_value_beside_its_metadata(onec: OneC) -> None:
    answer = onec.get(COUNTERPARTIES, top="1", orderby="Code")
    body = answer.json()
    assert list(body) == ["odata.metadata", "value"]
    assert body["odata.metadata"] == f"{onec.address}{ROOT}/$metadata#{COUNTERPARTIES}"
    assert answer.headers["content-type"] == "application/json;odata=minimalmetadata;charset=utf-8"
    assert answer.headers["dataserviceversion"] == "3.0"


def test_one_entity_lies_at_the_top_level(onec: OneC, invoice: str) -> None:
    row = onec.row(INVOICES, invoice)
    assert row["odata.metadata"].endswith(f"#{INVOICES}/@Element")
    assert row["Ref_Key"] == invoice


def test_values_travel_as_1c_writes_them(onec: OneC, invoice: str) -> None:
    text = onec.get(f"{INVOICES}(guid'{invoice}')").text
    first, second = json.loads(text)["Товары"]
    assert first["LineNumber"] == "1" and second["LineNumber"] == "2"
    assert '"Цена": 22729.17' in text and '"Цена": 150129,' in text and '"Количество": 1.5,' in text
    row = json.loads(text)
    assert row["Организация_Key"] == "00000000-0000-0000-0000-000000000000"
    assert row["СрокОплаты"] == "0001-01-01T00:00:00"
    assert (row["ДокументОснование"], row["ДокументОснование_Type"]) == ("", "StandardODATA.Undefined")
    assert row["Автор_Type"].startswith("UnavailableEntities.UnavailableEntity_")
    assert row["Posted"] is False


def test_filled_references_have_links_unless_no_metadata_is_asked(onec: OneC, invoice: str) -> None:
    link = "Контрагент@navigationLinkUrl"
    assert onec.row(INVOICES, invoice)[link] == f"{INVOICES}(guid'{invoice}')/Контрагент"
    assert "Организация@navigationLinkUrl" not in onec.row(INVOICES, invoice)
    bare = onec.http.get(
        onec.url(f"{INVOICES}(guid'{invoice}')").replace("=json", "=application/json;odata=nometadata")
    )
    assert not [name for name in bare.json() if "@" in name or "." in name]


def test_full_metadata_names_types_and_addresses(onec: OneC, invoice: str) -> None:
    header = {"Accept": "application/json;odata=fullmetadata"}
    path = onec.url(f"{INVOICES}(guid'{invoice}')").partition("?")[0]
    row = onec.http.get(path, headers=header).json()
    assert row["odata.type"] == f"StandardODATA.{INVOICES}"
    assert row["odata.id"].endswith(f"{INVOICES}(guid'{invoice}')")
    assert row["Ref_Key@odata.type"] == "Edm.Guid"
    assert row["Товары@odata.type"] == f"Collection(StandardODATA.{INVOICES}_Товары_RowType)"


def test_a_link_leads_to_the_other_end(onec: OneC, invoice: str) -> None:
    assert onec.get(f"{INVOICES}(guid'{invoice}')/Контрагент").json()["Description"] == "Рассвет ООО"
    assert told_error(onec.get(f"{INVOICES}(guid'{invoice}')/Партнер"))[:2] == (404, "9")
    assert [each["Цена"] for each in onec.rows(f"{INVOICES}(guid'{invoice}')/Товары")] == [22729.17, 150129]


def test_atom_is_the_answer_to_whoever_asks_for_nothing(onec: OneC, invoice: str) -> None:
    path = onec.url(INVOICES, top="1").replace("$format=json&", "")
    answer = onec.http.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    [entry] = feed.findall(f"{ATOM}entry")
    category = entry.find(f"{ATOM}category")
    assert category is not None and category.get("term") == f"StandardODATA.{INVOICES}"
    properties = next(entry.iter(f"{META}properties"))
    assert properties.findtext(f"{DATA}Ref_Key") == invoice
    assert properties.findtext(f"{DATA}Posted") == "false"
    lines = properties.findall(f"{DATA}Товары/{DATA}element")
    assert [each.findtext(f"{DATA}Цена") for each in lines] == ["22729.17", "150129"]


def test_atom_and_json_hold_the_same(onec: OneC, invoice: str) -> None:
    path = onec.url(f"{INVOICES}(guid'{invoice}')").partition("?")[0]
    properties = next(etree.fromstring(onec.http.get(path).content).iter(f"{META}properties"))
    row = onec.row(INVOICES, invoice)
    plain = {
        etree.QName(each).localname: each.text or "" for each in properties if each.get(f"{META}type") is None
    }
    assert plain == {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in row.items()
        if name in plain
    }
    assert len(plain) > 15


def test_select_takes_only_what_is_named(onec: OneC, invoice: str) -> None:
    [row] = onec.rows(INVOICES, select="Ref_Key,СуммаДокумента,Контрагент____Presentation,Товары/Цена")
    assert {name for name in row if "@" not in name} == {
        "Ref_Key",
        "СуммаДокумента",
        "Контрагент____Presentation",
        "Товары",
    }
    assert row["Контрагент____Presentation"] == "Рассвет ООО"
    assert row["Товары"] == [{"Цена": 22729.17}, {"Цена": 150129}]


def test_one_star_is_all_and_two_stars_leave_tables_out(onec: OneC, invoice: str) -> None:
    [one], [two] = onec.rows(INVOICES, select="*"), onec.rows(INVOICES, select="**")
    assert "Товары" in one and "Товары" not in two
    assert set(two) < set(one)


def test_a_document_presents_itself_with_number_and_date(onec: OneC, invoice: str) -> None:
    onec.patch(INVOICES, invoice, Date="2026-03-05T09:00:00")
    [row] = onec.rows(INVOICES, select="Ref____Presentation")
    assert row == {"Ref____Presentation": "Счет на оплату клиенту КДБП-000001 от 05.03.2026 09:00:00"}


def test_a_reference_is_expanded_in_a_set_and_nowhere_else(onec: OneC, invoice: str) -> None:
    [row] = onec.rows(INVOICES, expand="Контрагент")
    assert row["Контрагент"]["ИНН"] == "7804556672"
    assert told_error(onec.get(INVOICES, expand="Товары"))[:2] == (501, "0")
    assert told_error(onec.get(f"{INVOICES}(guid'{invoice}')", expand="Контрагент"))[:2] == (501, "0")
    assert told_error(onec.get(INVOICES, expand="ДокументОснование"))[:2] == (400, "14")


def test_order_top_and_skip_cut_a_page_with_skip_first(onec: OneC) -> None:
    whole = [each["Ref_Key"] for each in onec.rows(UNITS, orderby="Ref_Key")]
    page = onec.rows(UNITS, orderby="Ref_Key", skip="5", top="3")
    assert [each["Ref_Key"] for each in page] == whole[5:8]
    assert whole != sorted(whole), "the order of references is not the order of their text"
    prices = [each["Цена"] for each in onec.rows(UNITS, orderby="Цена desc,Ref_Key")]
    assert prices == sorted(prices, reverse=True)


def test_pages_by_key_neither_lose_nor_repeat(onec: OneC) -> None:
    pages = [onec.rows(UNITS, orderby="Ref_Key", skip=str(start), top="7") for start in range(0, 42, 7)]
    keys = [each["Ref_Key"] for page in pages for each in page]
    assert len(keys) == len(set(keys)) == 40


def test_rows_of_a_table_keep_their_pages_only_by_the_full_key(onec: OneC) -> None:
    for _ in range(3):
        onec.create(INVOICES, Товары=[{"Цена": 1}] * 9)
    pages = [
        onec.rows(f"{INVOICES}_Товары", orderby="Ref_Key,LineNumber", skip=str(start), top="4")
        for start in range(0, 28, 4)
    ]
    rows = {(each["Ref_Key"], each["LineNumber"]) for page in pages for each in page}
    assert len(rows) == 27


def test_how_many_there_are_comes_as_a_string(onec: OneC) -> None:
    body = onec.get(UNITS, top="2", inlinecount="allpages").json()
    assert body["odata.count"] == "40" and len(body["value"]) == 2


def test_a_bare_count_begins_with_a_mark_of_order(onec: OneC) -> None:
    assert onec.get(f"{UNITS}/$count").content == b"\xef\xbb\xbf40"
    assert onec.get(f"{UNITS}/$count", filter="Дом eq 'Дом 1'").content.endswith(b"20")


def test_conditions_work_over_the_wire(onec: OneC, invoice: str) -> None:
    assert onec.rows(INVOICES, filter="Товары/any(d: d/Цена gt 100000)")[0]["Ref_Key"] == invoice
    assert onec.rows(COUNTERPARTIES, filter="ИНН eq '1660123459' and DeletionMark eq false", orderby="Code")[
        1
    ]["Description"].endswith("(повтор)")
    assert (
        len(onec.rows(UNITS, filter="Этаж ge 4 and (КоличествоКомнат eq 1 or КоличествоКомнат eq 3)")) == 12
    )


def test_a_row_of_a_table_is_read_by_its_two_part_key(onec: OneC, invoice: str) -> None:
    row = onec.get(f"{INVOICES}_Товары(Ref_Key=guid'{invoice}',LineNumber=2)").json()
    assert row["Цена"] == 150129
    assert told_error(onec.get(f"{INVOICES}_Товары(Ref_Key=guid'{invoice}',LineNumber=3)"))[:2] == (404, "9")


@pytest.mark.parametrize(("options", "code"), [
    ({"top": "-1"}, "14"), ({"top": "много"}, "14"), ({"skip": "1" * 40}, "14"),
    ({"inlinecount": "да"}, "14"),
    ({"search": "x"}, "14"), ({"orderby": "Цена куда-то"}, "14"), ({"orderby": "Выдумка"}, "10"),
    ({"select": "Выдумка"}, "10"), ({"select": "Выдумка____Presentation"}, "10"),
    ({"filter": "Цена gt"}, "1"),
])  # fmt: skip
def test_a_wrong_option_is_named_by_its_code(onec: OneC, options: dict[str, str], code: str) -> None:
    assert told_error(onec.get(UNITS, **options))[:2] == (400, code)


def test_a_login_in_cyrillic_enters_and_a_wrong_password_does_not(onec: OneC) -> None:
    assert onec.demo.user.login == "Обмен"
    for auth in (None, ("Обмен".encode(), b"karcas"), ("Обман".encode(), b"karkas")):
        with httpx.Client(base_url=onec.address) as http:
            refused = http.get(f"{ROOT}/", auth=auth)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")


def test_broken_bytes_in_the_address_are_a_refusal(onec: OneC) -> None:
    assert onec.http.get(f"{ROOT}/Catalog_%FF").status_code == 400
    assert onec.http.get(f"{ROOT}/{UNITS}?$format=json&$filter=%FF").status_code == 400
    assert told_error(onec.get("Catalog_Помещения(guid'42')"))[:2] == (400, "7")
    assert told_error(onec.get("Каталог;"))[:2] == (400, "6")
