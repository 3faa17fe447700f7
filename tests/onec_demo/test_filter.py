"""The words of $filter, asked of rows without any HTTP."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.onec_demo.configuration import COUNTERPARTIES, INVOICES, RESERVATIONS, SCHEMA
from jobs.onec_demo.errors import Code, ODataError
from jobs.onec_demo.filling import blank, fill
from jobs.onec_demo.query.meaning import Meaning, Rules
from jobs.onec_demo.schema import Shape

VETER = "11111111-1111-4111-8111-111111111111"
INVOICE = "22222222-2222-4222-8222-222222222222"
BOOKS = {
    (COUNTERPARTIES.name, VETER): fill(
        COUNTERPARTIES, blank(COUNTERPARTIES), {"ИНН": "7809876549"}, strict=True
    )
}


def invoice(**body: Any) -> dict[str, Any]:
    return fill(INVOICES, blank(INVOICES) | {"Ref_Key": INVOICE}, body, strict=True)


ROW = invoice(
    Number="КДБП-000007",
    Date="2026-03-15T10:20:30",
    Posted=True,
    Контрагент_Key=VETER,
    СуммаДокумента=100.1,
    Комментарий="Договор «Север» O'Neil",
    ДокументОснование=INVOICE,
    ДокументОснование_Type="StandardODATA.Document_БронированиеПомещения",
    Товары=[{"Цена": 5000, "Количество": 2, "Содержание": "окно"}, {"Цена": 15000, "Количество": 1}],
)
EMPTY_ROW = invoice()


def meets(text: str, row: dict[str, Any] = ROW, shape: Shape = INVOICES, rules: Rules | None = None) -> bool:
    meaning = Meaning(SCHEMA, lambda set_name, key: BOOKS.get((set_name, key)), rules or Rules(), {"": shape})
    return meaning.predicate(text)(row)


@pytest.mark.parametrize("text", [
    "Number eq 'КДБП-000007'",
    "not (Number eq 'x')",
    "not Posted eq false",
    "Posted",
    "Posted eq true and СуммаДокумента gt 100",
    "СуммаДокумента eq 100.1",
    "СуммаДокумента add 0.2 eq 100.3",
    "СуммаДокумента mul 2 sub 0.2 eq 200",
    "СуммаДокумента div 2 lt 50.06 and -СуммаДокумента lt 0",
    "СуммаДокумента ge 100.1 and СуммаДокумента le 100.1M",
    "false or Posted and true",
    "(false or Posted) and true",
    "Контрагент_Key eq guid'11111111-1111-4111-8111-111111111111'",
    "Контрагент_Key eq guid'11111111-1111-4111-8111-111111111111'".upper().replace("EQ", "eq").replace(
        "КОНТРАГЕНТ_KEY", "Контрагент_Key").replace("GUID'", "guid'"),
    "Контрагент/ИНН eq '7809876549'",
    "Date gt datetime'2026-03-15T10:20:29' and Date le datetime'2026-03-15T10:20:30'",
    "Date ge datetime'2026-03-15T10:20'",
    "year(Date) eq 2026 and month(Date) eq 3 and day(Date) eq 15 and quarter(Date) eq 1",
    "hour(Date) eq 10 and minute(Date) eq 20 and second(Date) eq 30",
    "dayofweek(Date) eq 7 and dayofyear(Date) eq 74",
    "dateadd(Date, 'month', 1) eq datetime'2026-04-15T10:20:30'",
    "dateadd(datetime'2026-01-31T00:00:00', 'month', 1) eq datetime'2026-02-28T00:00:00'",
    "dateadd(Date, 'day', -15) eq datetime'2026-02-28T10:20:30'",
    "datedifference(Date, datetime'2026-03-17T10:20:30', 'day') eq 2",
    "datedifference(Date, datetime'2027-03-01T00:00:00', 'month') eq 12",
    "substringof('Север', Комментарий) and startswith(Number, 'КДБП') and endswith(Number, '7')",
    "concat(Number, '!') eq 'КДБП-000007!'",
    "substring(Number, 1, 4) eq 'КДБП' and substring(Number, 6) eq '000007'",
    "like(Комментарий, '%Север%') and like(Number, 'КДБП-00000_')",
    "round(СуммаДокумента) eq 100",
    "substringof('O''Neil', Комментарий)",
    "Товары/any(d: d/Цена gt 10000)",
    "Товары/all(d: d/Цена ge 5000)",
    "Товары/any()",
    "Товары/any(d: d/Содержание eq 'окно' and d/Количество eq 2)",
    "Товары/any(d: d/Цена gt СуммаДокумента)",
    "not Товары/any(d: d/Цена gt 20000)",
    "ДокументОснование eq cast(guid'22222222-2222-4222-8222-222222222222', 'Document_БронированиеПомещения')",
    "isof(ДокументОснование, 'Document_БронированиеПомещения')",
    "  Number   eq\t'КДБП-000007'  ",
])  # fmt: skip
def test_a_condition_that_holds(text: str) -> None:
    assert meets(text)


@pytest.mark.parametrize("text", [
    "Number eq 'кдбп-000007'",
    "substringof('север', Комментарий)",
    "like(Number, 'КДБП')",
    "Товары/all(d: d/Цена gt 5000)",
    "ДокументОснование eq cast(guid'22222222-2222-4222-8222-222222222222', 'Catalog_Контрагенты')",
    "Posted and false or false",
    "Комментарий eq ''",
    "Контрагент_Key eq guid'00000000-0000-0000-0000-000000000000'",
])  # fmt: skip
def test_a_condition_that_does_not_hold(text: str) -> None:
    assert not meets(text)


@pytest.mark.parametrize(("text", "code"), [
    ("Number+eq+'КДБП-000007'", Code.UNPARSED),
    ("Number eq", Code.UNPARSED),
    ("Number eq 'unclosed", Code.UNPARSED),
    ("(Posted", Code.UNPARSED),
    ("Posted)", Code.UNPARSED),
    ("Posted and and Posted", Code.UNPARSED),
    ("Number = 'x'", Code.UNPARSED),
    ("Posted eq true; drop", Code.UNPARSED),
    ("'\0' eq Number\0", Code.UNPARSED),
    ("Выдумка eq 1", Code.PROPERTY_UNKNOWN),
    ("Контрагент/Выдумка eq 1", Code.PROPERTY_UNKNOWN),
    ("Товары/Цена gt 1", Code.PROPERTY_UNKNOWN),
    ("Партнер/Выдумка eq 1", Code.PROPERTY_UNKNOWN),
    ("Number/any(d: d/x eq 1)", Code.QUERY_OPTIONS),
    ("Number", Code.QUERY_OPTIONS),
    ("5", Code.QUERY_OPTIONS),
    ("Контрагент_Key eq guid'42'", Code.BAD_VALUE),
    ("Date gt datetime'yesterday'", Code.BAD_VALUE),
    ("Date gt datetime'2026-02-30T00:00:00'", Code.BAD_VALUE),
    ("year(Number) eq 1", Code.BAD_ARGUMENT),
    ("year() eq 1", Code.BAD_ARGUMENT),
    ("not Number", Code.BAD_ARGUMENT),
    ("-Number eq 1", Code.BAD_ARGUMENT),
    ("Posted and 5", Code.BAD_ARGUMENT),
    ("dateadd(Date, 'eon', 1) gt Date", Code.BAD_ARGUMENT),
    (f"cast(guid'{INVOICE}', 'Catalog_Нет') eq ДокументОснование", Code.TYPE_UNKNOWN),
    ("Number eq 5", Code.BUSINESS),
    ("Контрагент_Key gt guid'11111111-1111-4111-8111-111111111111'", Code.BUSINESS),
    ("СуммаДокумента div 0 eq 1", Code.BUSINESS),
    ("dateadd(Date, 'year', 9000) gt Date", Code.BUSINESS),
])  # fmt: skip
def test_a_condition_1c_refuses(text: str, code: Code) -> None:
    with pytest.raises(ODataError) as refused:
        meets(text)
    assert refused.value.code is code


@pytest.mark.parametrize(
    "name", ["length", "indexof", "replace", "tolower", "toupper", "trim", "floor", "ceiling", "made"]
)
def test_a_function_1c_lacks_is_an_error_of_the_options(name: str) -> None:
    with pytest.raises(ODataError) as refused:
        meets(f"{name}(Number) eq 5")
    assert refused.value.code is Code.QUERY_OPTIONS
    assert name in refused.value.message


def test_a_plain_guid_finds_nothing_in_a_composite_reference_and_is_no_error() -> None:
    text = f"ДокументОснование eq guid'{INVOICE}'"
    assert not meets(text)
    assert meets(text, rules=Rules(composite_needs_cast=False))


def test_guids_compare_by_order_only_when_the_base_allows() -> None:
    assert meets(
        "Ref_Key gt guid'11111111-1111-4111-8111-111111111111'", rules=Rules(guid_order_refused=False)
    )


def test_an_absent_reference_is_walked_through_as_empty() -> None:
    assert meets("Контрагент/ИНН eq ''", EMPTY_ROW)
    assert not meets("Контрагент/IsFolder", EMPTY_ROW)


def test_rows_of_an_empty_table_satisfy_all_and_never_any() -> None:
    assert meets("Товары/all(d: d/Цена gt 1)", EMPTY_ROW)
    assert not meets("Товары/any(d: d/Цена gt 1)", EMPTY_ROW)
    assert not meets("Товары/any()", EMPTY_ROW)


def test_a_thousand_conditions_in_a_row_are_read() -> None:
    assert meets(" or ".join(["Number eq 'нет'"] * 700 + ["Posted"]))


def test_a_hundred_brackets_are_refused_without_falling() -> None:
    with pytest.raises(ODataError) as refused:
        meets("(" * 100 + "Posted" + ")" * 100)
    assert refused.value.code is Code.QUERY_OPTIONS


def test_a_reservation_is_found_by_its_unit_and_status() -> None:
    row = fill(RESERVATIONS, blank(RESERVATIONS), {"Помещение_Key": VETER, "Статус": "Активна"}, strict=True)
    assert meets(f"Помещение_Key eq guid'{VETER}' and Статус ne 'Снята'", row, RESERVATIONS)


WORDS = st.sampled_from([
    "Number", "Posted", "Товары", "/", "any", "(", ")", "d", ":", ",", "eq", "and", "not", "or", "'x'", "5",
    "-", "true", "year", "cast", "Date", " ", "++", "like",
    "datetime'2026-01-01T00:00:00'", f"guid'{INVOICE}'",
])  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=14).map(" ".join)))
def test_whatever_is_written_there_is_an_answer_or_a_refusal(text: str) -> None:
    try:
        assert meets(text) in (True, False)
    except ODataError as refused:
        assert refused.message
