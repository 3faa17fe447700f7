"""The words the configuration is written in: a text, a reference, a catalog, a document."""

from jobs.onec_demo.schema import Edm, Property, Shape

UNAVAILABLE_USER = "UnavailableEntities.UnavailableEntity_2d1f1f0c-6f0a-4c55-9d0d-1b7f4f1c0a11"
SOMEBODY = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def text(name: str, *, choices: tuple[str, ...] = ()) -> Property:
    return Property(name, Edm.STRING, choices=choices)


def flag(name: str, *, default: bool = False) -> Property:
    return Property(name, Edm.BOOLEAN, default=default)


def date(name: str) -> Property:
    return Property(name, Edm.DATETIME)


def number(name: str, *, scale: int = 2) -> Property:
    return Property(name, Edm.DOUBLE, scale=scale)


def whole(name: str) -> Property:
    return Property(name, Edm.INT64)


def ref(name: str, to: str) -> Property:
    return Property(f"{name}_Key", Edm.GUID, refers_to=to)


def any_ref(name: str) -> tuple[Property, Property]:
    return Property(name, Edm.STRING, composite=True), Property(f"{name}_Type", Edm.STRING)


def table(owner: str, section: str, *properties: Property) -> Shape:
    columns = (Property("Ref_Key", Edm.GUID, written_by_1c=True), whole("LineNumber"), *properties)
    return Shape(f"{owner}_{section}", columns, key=("Ref_Key", "LineNumber"), section=section)


def standard(*, predefined: bool) -> tuple[Property, ...]:
    common = (
        Property("Ref_Key", Edm.GUID),
        Property("DataVersion", Edm.STRING, written_by_1c=True),
        flag("DeletionMark"),
    )
    if not predefined:
        return common
    own = Property("Predefined", Edm.BOOLEAN, written_by_1c=True), Property("PredefinedDataName", Edm.STRING)
    return (*common, *own)


def catalog(
    title: str,
    *properties: Property,
    folders: bool = False,
    tables: tuple[Shape, ...] = (),
    prefix: str = "00-",
) -> Shape:
    name = f"Catalog_{title}"
    tree = (ref("Parent", name), flag("IsFolder")) if folders else ()
    head = (*standard(predefined=True), *tree, text("Code"), text("Description"))
    return Shape(name, (*head, *properties), tables=tables, number_prefix=prefix)


def document(
    title: str, *properties: Property, tables: tuple[Shape, ...] = (), required: tuple[str, ...]
) -> Shape:
    author = (
        Property("Автор", Edm.STRING, composite=True, default=SOMEBODY),
        Property("Автор_Type", Edm.STRING, default=UNAVAILABLE_USER),
    )
    head = (*standard(predefined=False), text("Number"), date("Date"), Property("Posted", Edm.BOOLEAN))
    own = (*properties, text("Комментарий"), *author)
    return Shape(
        f"Document_{title}",
        (*head, *own),
        tables=tables,
        required_to_post=("Date", *required),
        number_prefix="КДБП-",
    )


def extra_attributes(owner: str) -> Shape:
    value = Property("Значение", Edm.STRING, composite=True), Property("Значение_Type", Edm.STRING)
    return table(
        owner,
        "ДополнительныеРеквизиты",
        ref("Свойство", "ChartOfCharacteristicTypes_ДополнительныеРеквизиты"),
        *value,
        text("ТекстоваяСтрока"),
    )


def goods(owner: str, section: str = "Товары") -> Shape:
    return table(
        owner,
        section,
        ref("Номенклатура", "Catalog_Номенклатура"),
        text("Содержание"),
        number("Количество", scale=3),
        number("Цена"),
        number("Сумма"),
        text("СтавкаНДС"),
        number("СуммаНДС"),
        number("СуммаРучнойСкидки"),
    )
