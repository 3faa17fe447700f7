"""import.xml and offers.xml as 1C writes them for a site (FACTS 2.3, 2.4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from lxml import etree
from lxml.builder import ElementMaker

from jobs.onec_demo.characteristics import CHARACTERISTICS, Characteristic, steady_id, value_id
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import as_text

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

CATALOG = "b3a1f0c2-5d7e-4c7a-9a53-6f1c0d2e8b10"
PRICE_TYPE = "5f0c9d1e-8a44-4d5c-8a0e-2f6d9b7c1a33"
SERVICES = "0e9f6a52-2d0b-4f70-a1b4-77c1f0f6f2d1"
NAMESPACES = {"": ("", "2.05"), "commerceml_2": ("urn:1C.ru:commerceml_2", "2.07"),
              "commerceml_210": ("urn:1C.ru:commerceml_210", "2.10")}  # fmt: skip
ENCODINGS = ("utf-8", "windows-1251")


@dataclass(frozen=True)
class Parcel:
    """What goes in one exchange and in which manner."""

    units: list[Row]
    goods: list[Row]
    vocabulary: list[Row]  # every unit: a list of values is whole even when only changes go
    company: Row
    at: datetime
    full: bool = True
    namespace: str = ""
    encoding: str = "utf-8"


def import_xml(parcel: Parcel) -> bytes:
    make = _maker(parcel)
    catalog = make("Каталог", {"СодержитТолькоИзменения": as_text(not parcel.full)})
    catalog.extend([*_head(make, CATALOG, "Основной каталог товаров"), _owner(make, parcel.company)])
    products = make(
        "Товары", *(_unit(make, each) for each in parcel.units), *(_good(make, each) for each in parcel.goods)
    )
    catalog.append(products)
    return _file(parcel, make, _classifier(make, parcel), catalog)


def offers_xml(parcel: Parcel) -> bytes:
    make = _maker(parcel)
    package = make("ПакетПредложений", {"СодержитТолькоИзменения": as_text(not parcel.full)})
    package.extend([
        *_head(make, f"{CATALOG}#", "Пакет предложений (Основной каталог товаров)"),
        make("ИдКаталога", CATALOG),
        make("ИдКлассификатора", CATALOG),
        _owner(make, parcel.company),
        make("ТипыЦен", make("ТипЦены", *_head(make, PRICE_TYPE, "Цена продажи"), make("Валюта", "RUB"))),
        make("Предложения", *(_offer(make, each) for each in [*parcel.units, *parcel.goods])),
    ])  # fmt: skip
    return _file(parcel, make, package)


def _classifier(make: ElementMaker, parcel: Parcel) -> "Element":
    houses = [
        make("Группа", *_head(make, _house_id(each), each)) for each in _distinct(parcel.vocabulary, _house)
    ]
    services = make("Группа", *_head(make, SERVICES, "Услуги"))
    return make(
        "Классификатор",
        *_head(make, CATALOG, "Классификатор (Основной каталог товаров)"),
        _owner(make, parcel.company),
        make("Группы", *houses, services),
        make("Свойства", *(_property(make, each, parcel.vocabulary) for each in CHARACTERISTICS)),
    )


def _property(make: ElementMaker, of: Characteristic, units: list[Row]) -> "Element":
    element = make("Свойство", *_head(make, of.id, of.name), make("ТипЗначений", of.kind))
    if of.kind == "Справочник":
        values = (
            make("Справочник", make("ИдЗначения", value_id(of, each)), make("Значение", each))
            for each in _distinct(units, of.value)
        )
        element.append(make("ВариантыЗначений", *values))
    return element


def _unit(make: ElementMaker, row: Row) -> "Element":
    values = make("ЗначенияСвойств")
    for of in CHARACTERISTICS:
        if text := of.value(row):
            value = value_id(of, text) if of.kind == "Справочник" else text
            values.append(make("ЗначенияСвойства", make("Ид", of.id), make("Значение", value)))
    return _product(make, row, _house_id(_house(row)), "Помещение", values)


def _good(make: ElementMaker, row: Row) -> "Element":
    tax = make("СтавкиНалогов", make("СтавкаНалога", make("Наименование", "НДС"), make("Ставка", "20")))
    return _product(make, row, SERVICES, row["ТипНоменклатуры"], tax)


def _product(make: ElementMaker, row: Row, group: str, kind: str, more: "Element") -> "Element":
    requisites = (
        ("ВидНоменклатуры", kind),
        ("ТипНоменклатуры", kind),
        ("Полное наименование", row["Description"]),
    )
    product = make(
        "Товар",
        make("Ид", row["Ref_Key"]),
        make("Артикул", row["Code"]),
        make("Наименование", row["Description"]),
        _measure(make),
        make("Группы", make("Ид", group)),
        make("Описание", str(row.get("Описание") or "")),
        more,
        make("ЗначенияРеквизитов", *(
            make("ЗначениеРеквизита", make("Наименование", name), make("Значение", value))
            for name, value in requisites
        )),
    )  # fmt: skip
    if row["DeletionMark"]:
        product.set("Статус", "Удален")
    return product


def _offer(make: ElementMaker, row: Row) -> "Element":
    price = format(Decimal(str(row["Цена"])).quantize(Decimal("0.01")), "f")
    shown = f"{Decimal(price):,.2f}".replace(",", "\u00a0").replace(".", ",")
    for_sale = row.get("СтатусПомещения", "Свободна") == "Свободна" and not row["DeletionMark"]
    return make(
        "Предложение",
        make("Ид", row["Ref_Key"]),
        make("Артикул", row["Code"]),
        make("Наименование", row["Description"]),
        _measure(make),
        make("Цены", make("Цена",
            make("Представление", f"{shown} RUB за шт"), make("ИдТипаЦены", PRICE_TYPE),
            make("ЦенаЗаЕдиницу", price),
            make("Валюта", "RUB"), make("Единица", "шт"), make("Коэффициент", "1"),
        )),
        make("Количество", "1" if for_sale else "0"),
    )  # fmt: skip


def _measure(make: ElementMaker) -> "Element":
    """The code with a space at its end: fixed-width fields of 1C come so."""
    unit = make(
        "БазоваяЕдиница", {"Код": "796 ", "НаименованиеПолное": "Штука", "МеждународноеСокращение": "PCE"}
    )
    unit.text = "шт"
    return unit


def _owner(make: ElementMaker, company: Row) -> "Element":
    return make(
        "Владелец", *_head(make, company["Ref_Key"], company["Description"]),
        make("ОфициальноеНаименование", company["НаименованиеПолное"]),
        make("ИНН", company["ИНН"]), make("КПП", company["КПП"]),
    )  # fmt: skip


def _head(make: ElementMaker, id_: str, name: str) -> tuple["Element", "Element"]:
    return make("Ид", id_), make("Наименование", name)


def _file(parcel: Parcel, make: ElementMaker, *parts: "Element") -> bytes:
    version = NAMESPACES[parcel.namespace][1]
    formed = parcel.at.isoformat(timespec="seconds")
    root = make("КоммерческаяИнформация", {"ВерсияСхемы": version, "ДатаФормирования": formed}, *parts)
    text = etree.tostring(root, encoding=parcel.encoding, xml_declaration=True, pretty_print=True)
    return (b"\xef\xbb\xbf" if parcel.encoding == "utf-8" else b"") + bytes(text)


def _maker(parcel: Parcel) -> ElementMaker:
    namespace = NAMESPACES[parcel.namespace][0]
    return ElementMaker(namespace=namespace, nsmap={None: namespace}) if namespace else ElementMaker()


def _distinct(rows: list[Row], of: Callable[[Row], str]) -> Iterable[str]:
    return dict.fromkeys(text for text in map(of, rows) if text)


def _house(row: Row) -> str:
    return ", ".join(part for part in (row["ЖК"], row["Дом"]) if part)


def _house_id(house: str) -> str:
    return steady_id(f"house:{house}")
