"""What a CommerceML file says is read the same whatever its dialect, encoding and order."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

import pytest

from domain.exchange.commerceml.reading import read
from domain.exchange.commerceml.records import (
    Good,
    Group,
    Header,
    Offer,
    Order,
    PriceType,
    Property,
    Record,
    Section,
)
from tests.world import commerceml as xml


def records(text: str, encoding: str = "utf-8") -> list[Record]:
    return list(read(BytesIO(text.encode(encoding))))


def only(kind: type[Record], text: str) -> Iterator[Record]:
    return (record for record in records(text) if isinstance(record, kind))


@pytest.mark.parametrize(
    "namespace", ["", "urn:1C.ru:commerceml_2", "urn:1C.ru:commerceml_210", "urn:1C.ru:commerceml_3"]
)
def test_the_namespace_does_not_matter(namespace: str) -> None:
    whole = xml.document(
        xml.classifier(), xml.catalogue(xml.flat(7)), xml.offers(xml.offer("flat-7", 7_000_000))
    )
    other = xml.document(
        xml.classifier(),
        xml.catalogue(xml.flat(7)),
        xml.offers(xml.offer("flat-7", 7_000_000)),
        namespace=namespace,
    )
    assert records(other) == records(whole)


@pytest.mark.parametrize(
    "encoding, declared",
    [("utf-8-sig", "UTF-8"), ("windows-1251", "windows-1251"), ("windows-1251", "CP1251")],
)
def test_the_encoding_does_not_matter(encoding: str, declared: str) -> None:
    whole = xml.flats([7])
    assert records(whole.replace('encoding="UTF-8"', f'encoding="{declared}"'), encoding) == records(whole)


def test_a_mark_of_utf_8_outweighs_the_declaration() -> None:
    whole = xml.flats([7])
    assert records(whole.replace('"UTF-8"', '"windows-1251"'), "utf-8-sig") == records(whole)


def test_a_file_without_a_declaration_is_utf_8() -> None:
    whole = xml.flats([7])
    assert [type(record) for record in records(whole.partition("\n")[2])] == [
        type(record) for record in records(whole)
    ]


def test_the_order_of_the_top_elements_is_free() -> None:
    parts = [xml.offers(xml.offer("flat-7", 7_000_000)), xml.catalogue(xml.flat(7)), xml.classifier()]
    straight, turned = records(xml.document(*reversed(parts))), records(xml.document(*parts))
    assert {type(record) for record in turned} == {type(record) for record in straight}
    assert [section.kind for section in turned if isinstance(section, Section)] == [
        "offers",
        "catalogue",
        "classifier",
    ]


def test_only_a_literal_false_makes_a_catalogue_full() -> None:
    said = [only(Section, xml.document(xml.catalogue(only_changes=value))) for value in (True, False, None)]
    assert [next(section).only_changes for section in said] == [True, False, None]


def test_groups_come_with_their_parents() -> None:
    inner = "<Группы><Группа><Ид>G2</Ид><Наименование>Внутри</Наименование></Группа></Группы>"
    outer = f"<Группа><Ид>G1</Ид><Наименование>Снаружи</Наименование>{inner}</Группа>"
    found = only(Group, xml.document(f"<Классификатор><Группы>{outer}</Группы></Классификатор>"))
    assert [(group.ref, group.name, group.parent) for group in found] == [
        ("g1", "Снаружи", None),
        ("g2", "Внутри", "g1"),
    ]


def test_a_property_knows_its_variants() -> None:
    status = next(found for found in only(Property, xml.flats([7])) if found.ref == "p-status")
    assert (status.name, status.variants["v-contract"]) == ("Статус", "НаДоговоре")


def test_a_good_is_read_with_its_padding_stripped() -> None:
    extra = (
        "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Полное наименование</Наименование>"
        "<Значение>Монтаж окна      </Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
        "<БитриксТеги><Тег>что-то</Тег></БитриксТеги>"
    )
    found = next(only(Good, xml.document(xml.catalogue(xml.good("  S-1  ", "Монтаж   окна  ", extra=extra)))))
    assert isinstance(found, Good)
    assert (found.ref, found.name, found.measure, found.tax_rate) == ("s-1", "Монтаж окна", "шт", "Без НДС")
    assert found.requisites == {"полное наименование": "Монтаж окна"}


def test_several_values_of_a_property_are_all_kept() -> None:
    values = "<Ид>p</Ид><Значение>a</Значение><Значение/><Значение>b</Значение>"
    extra = f"<ЗначенияСвойств><ЗначенияСвойства>{values}</ЗначенияСвойства></ЗначенияСвойств>"
    found = next(only(Good, xml.document(xml.catalogue(xml.good("s", "С", extra=extra)))))
    assert isinstance(found, Good) and found.properties == {"p": ("a", "b")}


@pytest.mark.parametrize(
    "attributes, extra",
    [(' Статус="Удален"', ""), ("", "<ПометкаУдаления>true</ПометкаУдаления>")],
)
def test_both_marks_of_deletion_are_understood(attributes: str, extra: str) -> None:
    deleted, alive = (
        next(only(Good, xml.document(xml.catalogue(good))))
        for good in (xml.good("s", "С", extra=extra, attributes=attributes), xml.good("s", "С"))
    )
    assert isinstance(deleted, Good) and isinstance(alive, Good)
    assert (deleted.deleted, alive.deleted) == (True, False)


@pytest.mark.parametrize(
    "written, amount",
    [
        ("7000000.00", "7000000.00"),
        ("7 000 000,5", "7000000.5"),
        ("7\u00a0000\u202f000", "7000000"),
        (" 0 ", "0"),
    ],
)
def test_prices_are_read_as_people_write_them(written: str, amount: str) -> None:
    found = next(only(Offer, xml.document(xml.offers(xml.offer("flat-7", written)))))
    assert isinstance(found, Offer) and found.prices
    assert found.prices[0].amount == Decimal(amount)


@pytest.mark.parametrize(
    "written, code", [("руб", "RUB"), ("RUB", "RUB"), ("643", "RUB"), ("USD", "USD"), ("EUR", "EUR")]
)
def test_currencies_have_one_spelling(written: str, code: str) -> None:
    found = next(only(Offer, xml.document(xml.offers(xml.offer("flat-7", 1, currency=written)))))
    assert isinstance(found, Offer) and found.prices
    assert found.prices[0].currency == code


def test_a_price_file_says_nothing_but_prices() -> None:
    bare = xml.bare_price("flat-7", 1)
    found = next(
        only(Offer, xml.document(xml.offers(bare), version="3.1", namespace="urn:1C.ru:commerceml_3"))
    )
    assert isinstance(found, Offer)
    assert (found.name, found.quantity, found.stocks) == (None, None, None)


@pytest.mark.parametrize(
    "stock",
    [
        '<Склад ИдСклада="A" КоличествоНаСкладе="1,5"/><Склад ИдСклада="B" КоличествоНаСкладе="2"/>',
        (
            "<Остатки><Остаток><Склад><Ид>A</Ид><Количество>1.5</Количество></Склад></Остаток>"
            "<Остаток><Склад><Ид>B</Ид><Количество>2</Количество></Склад></Остаток></Остатки>"
        ),
    ],
    ids=["flat", "3.1"],
)
def test_stocks_of_both_dialects_are_one(stock: str) -> None:
    found = next(only(Offer, xml.document(xml.offers(xml.offer("s", 1, extra=stock)))))
    assert isinstance(found, Offer)
    assert found.stocks == {"a": Decimal("1.5"), "b": Decimal(2)}


def test_price_types_may_stand_in_the_classifier() -> None:
    inside = xml.document(xml.classifier(price_types=xml.price_types()))
    outside = xml.document(xml.offers())
    assert [found.name for found in only(PriceType, inside)] == [
        found.name for found in only(PriceType, outside)
    ]


def test_goods_of_an_order_are_not_goods_of_the_catalogue() -> None:
    delivery = "<Товары><Товар><Ид>ORDER_DELIVERY</Ид></Товар></Товары>"
    head = "<Ид>36</Ид><Номер>36</Номер><ХозОперация>Заказ товара</ХозОперация>"
    order = f"<Документ>{head}{delivery}</Документ>"
    plain, contained = records(xml.document(order)), records(xml.document(f"<Контейнер>{order}</Контейнер>"))
    assert [type(record) for record in plain] == [type(record) for record in contained] == [Header, Order]


def test_a_record_knows_its_line_however_long_the_file() -> None:
    text = xml.document(xml.catalogue(*(xml.good(f"s{n}", "С") for n in range(12_000))))
    last = [record for record in records(text) if isinstance(record, Good)][-1]
    assert abs(text[: text.index("<Ид>s11999<")].count("\n") + 1 - last.line) <= 1
    assert last.line > 65_535
