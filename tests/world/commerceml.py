"""CommerceML files as 1C would send them, built in the tests: «Речной квартал» and a few services."""

from collections.abc import Iterable, Mapping
from html import escape

RETAIL, STAFF = "0a0a-price-retail", "0a0a-price-staff"
STATUSES = {
    "free": "v-free",
    "contract": "v-contract",
    "sold": "v-sold",
    "off": "v-off",
    "booked": "v-booked",
}
PROPERTIES = {
    "p-project": "ЖК",
    "p-building": "Дом",
    "p-section": "Подъезд",
    "p-floor": "Этаж",
    "p-number": "Номер помещения",
    "p-kind": "Вид помещения",
    "p-rooms": "Комнат",
    "p-area": "Общая площадь",
    "p-living": "Жилая площадь",
    "p-kitchen": "Площадь кухни",
    "p-finish": "Отделка",
    "p-status": "Статус",
}
STATUS_WORDS = {
    "v-free": "Свободна",
    "v-contract": "НаДоговоре",
    "v-sold": "Продана",
    "v-off": "НеВПродаже",
    "v-booked": "Забронирована",
}


def document(*sections: str, version: str = "2.07", namespace: str = "urn:1C.ru:commerceml_2") -> str:
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<КоммерческаяИнформация{xmlns} ВерсияСхемы="{version}" ДатаФормирования="2026-11-20T9:05:01">\n'
        + "\n".join(sections)
        + "\n</КоммерческаяИнформация>\n"
    )


def classifier(properties: Mapping[str, str] = PROPERTIES, *, price_types: str = "") -> str:
    described = "\n".join(_property(ref, name) for ref, name in properties.items())
    return (
        "<Классификатор>\n<Ид>c1</Ид>\n<Наименование>Классификатор</Наименование>\n"
        "<Владелец><Ид>o1</Ид><Наименование>Каркас-Девелопмент</Наименование></Владелец>\n"
        "<Группы><Группа><Ид>g1</Ид><Наименование>Квартиры</Наименование></Группа></Группы>\n"
        f"{price_types}<Свойства>\n{described}\n</Свойства>\n</Классификатор>"
    )


def _property(ref: str, name: str) -> str:
    kind, variants = "Строка", ""
    if ref == "p-status":
        kind = "Справочник"
        words = "".join(
            f"<Справочник><ИдЗначения>{value}</ИдЗначения><Значение>{word}</Значение></Справочник>"
            for value, word in STATUS_WORDS.items()
        )
        variants = f"<ВариантыЗначений>{words}</ВариантыЗначений>"
    head = f"<Ид>{ref}</Ид><Наименование>{name}</Наименование>"
    return f"<Свойство>{head}<ТипЗначений>{kind}</ТипЗначений>{variants}</Свойство>"


def catalogue(*goods: str, only_changes: bool | None = True, ref: str = "cat1") -> str:
    return (
        f"<Каталог{_only_changes(only_changes)}>\n<Ид>{ref}</Ид>\n<ИдКлассификатора>c1</ИдКлассификатора>\n"
        f"<Наименование>Каталог</Наименование>\n<Товары>\n" + "\n".join(goods) + "\n</Товары>\n</Каталог>"
    )


def _only_changes(value: bool | None) -> str:
    return "" if value is None else f' СодержитТолькоИзменения="{str(value).lower()}"'


def flat(
    number: int | str, /, *, ref: str = "", extra: str = "", attributes: str = "", **values: object
) -> str:
    """A flat of «Речной квартал», building «Дом 1»; `values` replace or (None) silence its properties."""
    said = {
        "project": "Речной квартал",
        "building": "Дом 1",
        "section": 1,
        "floor": 4,
        "number": number,
        "kind": "Квартира",
        "rooms": 2,
        "area": "54,3",
        "living": "31,0",
        "kitchen": "12,4",
        "finish": "Без отделки",
        "status": STATUSES["free"],
    } | values
    properties = "".join(
        f"<ЗначенияСвойства><Ид>p-{name}</Ид><Значение>{escape(str(value))}</Значение></ЗначенияСвойства>\n"
        for name, value in said.items()
        if value is not None
    )
    return good(
        ref or f"flat-{number}",
        f"Квартира № {number}",
        extra=f"<ЗначенияСвойств>\n{properties}</ЗначенияСвойств>{extra}",
        attributes=attributes,
    )


def good(ref: str, name: str, *, extra: str = "", attributes: str = "") -> str:
    return (
        f"<Товар{attributes}>\n<Ид>{ref}</Ид>\n<Артикул>А-{ref}</Артикул>\n<Наименование>{escape(name)}</Наименование>\n"
        '<БазоваяЕдиница Код="796 " НаименованиеПолное="Штука            " МеждународноеСокращение="PCE">'
        f"шт</БазоваяЕдиница>\n<Группы><Ид>g1</Ид></Группы>\n{extra}\n"
        "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>Без НДС</Ставка>"
        "</СтавкаНалога></СтавкиНалогов>\n</Товар>"
    )


def price_types(names: Mapping[str, str] | None = None) -> str:
    names = names or {STAFF: "Для сотрудников", RETAIL: "Цена продажи"}
    listed = "".join(
        f"<ТипЦены><Ид>{ref}</Ид><Наименование>{name}</Наименование><Валюта>руб</Валюта></ТипЦены>"
        for ref, name in names.items()
    )
    return f"<ТипыЦен>{listed}</ТипыЦен>\n"


def offers(*listed: str, types: str | None = None, only_changes: bool | None = True) -> str:
    return (
        f"<ПакетПредложений{_only_changes(only_changes)}>\n<Ид>cat1#</Ид>\n<ИдКаталога>cat1</ИдКаталога>\n"
        f"{price_types() if types is None else types}<Предложения>\n"
        + "\n".join(listed)
        + "\n</Предложения>\n</ПакетПредложений>"
    )


def offer(
    ref: str,
    price: object = None,
    *,
    staff: object = None,
    currency: str = "руб",
    extra: str = "",
    name: str = "",
) -> str:
    prices = "".join(
        _price(kind, amount, currency)
        for kind, amount in ((STAFF, staff), (RETAIL, price))
        if amount is not None
    )
    called = f"<Наименование>{escape(name)}</Наименование>" if name else ""
    return f"<Предложение>\n<Ид>{ref}</Ид>{called}\n<Цены>\n{prices}</Цены>{extra}\n</Предложение>"


def bare_price(ref: str, price: object) -> str:
    """An offer of the new schema: its «Ид» and its price, nothing else."""
    amount = f"<ИдТипаЦены>{RETAIL}</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>"
    return f"<Предложение><Ид>{ref}</Ид><Цены><Цена>{amount}</Цена></Цены></Предложение>"


def _price(kind: str, amount: object, currency: str) -> str:
    return (
        f"<Цена>\n<Представление>{amount} {currency} за шт</Представление>\n<ИдТипаЦены>{kind}</ИдТипаЦены>\n"
        f"<ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу>\n<Валюта>{currency}</Валюта>\n</Цена>\n"
    )


def flats(numbers: Iterable[int], **values: object) -> str:
    """A whole import.xml with these flats."""
    return document(classifier(), catalogue(*(flat(number, **values) for number in numbers)))
