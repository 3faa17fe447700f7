"""The columns of a stock workbook: what is written out, and how heads of other files are understood."""

import enum
import re
from dataclasses import dataclass

from domain.estate.sheets.writing import Column, Type


class Field(enum.StrEnum):
    CODE = "code"
    PROJECT = "project"
    BUILDING = "building"
    SECTION = "section"
    FLOOR = "floor"
    KIND = "kind"
    NUMBER = "number"
    ROOMS = "rooms"
    AREA = "area_total"
    LIVING = "area_living"
    KITCHEN = "area_kitchen"
    FINISH = "finish"
    AVAILABILITY = "availability"
    PRICE = "price"
    METRE = "metre"
    STATUS = "status"


COLUMNS: dict[Field, Column] = {
    Field.CODE: Column("Код", Type.WHOLE, 8),
    Field.PROJECT: Column("ЖК", width=22),
    Field.BUILDING: Column("Дом", width=18),
    Field.SECTION: Column("Подъезд", Type.WHOLE, 9),
    Field.FLOOR: Column("Этаж", Type.WHOLE, 7),
    Field.KIND: Column("Вид", width=14),
    Field.NUMBER: Column("Номер", width=9),
    Field.ROOMS: Column("Комнат", Type.WHOLE, 8),
    Field.AREA: Column("Площадь общая, м²", Type.AREA, 11),
    Field.LIVING: Column("Площадь жилая, м²", Type.AREA, 11),
    Field.KITCHEN: Column("Площадь кухни, м²", Type.AREA, 11),
    Field.FINISH: Column("Отделка", width=14),
    Field.AVAILABILITY: Column("Доступность", width=15),
    Field.PRICE: Column("Цена, ₽", Type.MONEY, 18),
    Field.METRE: Column("Цена за м², ₽", Type.MONEY, 15),
    Field.STATUS: Column("Статус", width=15),
}
DERIVED = frozenset({Field.METRE, Field.STATUS})
"""Written out for people; what comes back in them is not looked at."""

ALSO = {
    "id": Field.CODE, "жилой комплекс": Field.PROJECT, "проект": Field.PROJECT, "корпус": Field.BUILDING,
    "секция": Field.SECTION, "парадная": Field.SECTION, "тип": Field.KIND, "вид помещения": Field.KIND,
    "квартира": Field.NUMBER, "№": Field.NUMBER, "номер помещения": Field.NUMBER,
    "комнаты": Field.ROOMS, "комнатность": Field.ROOMS, "площадь": Field.AREA, "общая площадь": Field.AREA,
    "жилая площадь": Field.LIVING, "площадь кухня": Field.KITCHEN, "кухня": Field.KITCHEN,
    "стоимость": Field.PRICE, "цена руб": Field.PRICE,
}  # fmt: skip


def bare(text: str) -> str:
    """A word of a file as it is compared: letters, ё as е, no units of measure, no second spaces."""
    told = text.lower().replace("ё", "е").replace("м²", " ").replace("м2", " ").replace("кв.м", " ")
    return " ".join(re.sub(r"[^\w№]+", " ", told, flags=re.UNICODE).replace("_", " ").split())


KNOWN = {bare(column.title): field for field, column in COLUMNS.items()} | {
    bare(also): field for also, field in ALSO.items()
}
METRE = re.compile(r"цена за")


@dataclass(frozen=True)
class Heads:
    places: dict[Field, int]
    strange: tuple[str, ...]
    """Heads nobody knows: told, and their columns left alone."""
    twice: tuple[str, ...]


def understood(heads: list[str]) -> Heads:
    places: dict[Field, int] = {}
    strange, twice = [], []
    for place, head in enumerate(heads):
        # «Цена за м², ₽» loses its unit as every head does, and must not become the price
        field = Field.METRE if METRE.match(bare(head)) else KNOWN.get(bare(head))
        if field is None:
            strange += [head.strip()[:60]] if head.strip() else []
        elif field in places:
            twice.append(head.strip()[:60])
        else:
            places[field] = place
    return Heads(places, tuple(strange), tuple(twice))
