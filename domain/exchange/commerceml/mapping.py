"""How one base of 1C calls what we know: kept as JSON on the connection, the defaults when empty."""

import enum
import re
from collections.abc import Iterator
from collections.abc import Mapping as Given
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from domain.estate import Availability, Finish, UnitKind
from domain.kernel.errors import Invalid
from domain.kernel.text import _

PROPERTIES = {
    "ЖК": "project",
    "Жилой комплекс": "project",
    "Проект": "project",
    "Дом": "building",
    "Корпус": "building",
    "Подъезд": "section",
    "Секция": "section",
    "Этаж": "floor",
    "Номер помещения": "number",
    "Номер квартиры": "number",
    "Вид помещения": "kind",
    "Тип помещения": "kind",
    "Комнат": "rooms",
    "Количество комнат": "rooms",
    "Общая площадь": "area_total",
    "Площадь общая": "area_total",
    "Площадь": "area_total",
    "Жилая площадь": "area_living",
    "Площадь жилая": "area_living",
    "Площадь кухни": "area_kitchen",
    "Отделка": "finish",
    "Статус": "availability",
    "Статус помещения": "availability",
}
"""Of several names of one field that a good carries, the earlier one here counts."""
FIELDS = frozenset(PROPERTIES.values())

KINDS = {
    "Квартира": UnitKind.FLAT,
    "Апартаменты": UnitKind.FLAT,
    "Студия": UnitKind.FLAT,
    "Квартира-студия": UnitKind.FLAT,
    "Машино-место": UnitKind.PARKING,
    "Парковочное место": UnitKind.PARKING,
    "Кладовая": UnitKind.STORAGE,
    "Кладовка": UnitKind.STORAGE,
    "Кладовое помещение": UnitKind.STORAGE,
    "Коммерческое": UnitKind.COMMERCIAL,
    "Коммерческое помещение": UnitKind.COMMERCIAL,
    "Нежилое помещение": UnitKind.COMMERCIAL,
    "Офис": UnitKind.COMMERCIAL,
}
AVAILABILITIES = {
    "Свободна": Availability.ON_SALE,
    "Свободно": Availability.ON_SALE,
    "В продаже": Availability.ON_SALE,
    "Забронирована": Availability.ON_SALE,
    "Забронировано": Availability.ON_SALE,
    "На договоре": Availability.CONTRACT,
    "Договор": Availability.CONTRACT,
    "ДДУ": Availability.CONTRACT,
    "Продана": Availability.SOLD,
    "Продано": Availability.SOLD,
    "Не в продаже": Availability.OFF,
    "Снята с продажи": Availability.OFF,
}
"""«Забронирована» is on sale underneath: bookings are ours, 1C only repeats them."""
FINISHES = {
    "Без отделки": Finish.NONE,
    "Черновая": Finish.ROUGH,
    "Предчистовая": Finish.PRE_FINE,
    "Чистовая": Finish.FINE,
    "С отделкой": Finish.FINE,
    "Под ключ": Finish.FINE,
}
VANISHED_AT_MOST = 20


def same(written: str) -> str:
    """`НаДоговоре`, «На договоре» and "на  договоре" are one word."""
    return re.sub(r"[\W_]+", "", written.casefold().replace("ё", "е"))


@dataclass(frozen=True)
class Mapping:
    """Words as this base of 1C writes them, and what they mean to us."""

    properties: Given[str, str] = field(default_factory=lambda: PROPERTIES)
    kinds: Given[str, UnitKind] = field(default_factory=lambda: KINDS)
    availabilities: Given[str, Availability] = field(default_factory=lambda: AVAILABILITIES)
    finishes: Given[str, Finish] = field(default_factory=lambda: FINISHES)
    price_type: str = "Цена продажи"
    """The type whose price is the unit's; when the base has no such type, its first one."""
    project: str = ""
    """Where units go that name no project of their own."""
    vanished_at_most: int = VANISHED_AT_MOST
    """A full exchange that loses more of our units than this many per cent is refused."""

    @cached_property
    def rank(self) -> dict[str, int]:
        """Which of two names of one field counts: the one with the smaller rank."""
        return {same(name): place for place, name in enumerate(self.properties)}

    @cached_property
    def field_of(self) -> dict[str, str]:
        """Our field by the property's name, spelled by `same`."""
        return {same(name): known for name, known in self.properties.items()}

    @cached_property
    def words(self) -> dict[str, dict[str, enum.Enum]]:
        """For each field with a closed list: our value by 1C's word, spelled by `same`."""
        lists: dict[str, Given[str, enum.Enum]] = {
            "kind": self.kinds,
            "availability": self.availabilities,
            "finish": self.finishes,
        }
        return {known: {same(word): value for word, value in words.items()} for known, words in lists.items()}

    def name_of(self, known: str) -> str:
        """How this base calls a field of ours: the first of the names."""
        return next((name for name, meant in self.properties.items() if meant == known), known)


def of(settings: Given[str, Any]) -> Mapping:
    """The mapping of a connection. Lists given there replace the default ones. Raises Invalid."""
    return replace(Mapping(), **dict(_read(settings)))


def _read(settings: Given[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        match name, value:
            case "properties", dict() if set(value.values()) <= FIELDS:
                yield name, value
            case (("kinds" | "availabilities" | "finishes"), dict()):
                yield name, _words(name, value)
            case (("price_type" | "project"), str()):
                yield name, value.strip()
            case "vanished_at_most", int() if 0 <= value <= 100:
                yield name, value
            case _:
                raise _wrong(name)


def _words(name: str, value: dict[str, str]) -> dict[str, Any]:
    meaning = {"kinds": UnitKind, "availabilities": Availability, "finishes": Finish}[name]
    try:
        return {word: meaning(kept) for word, kept in value.items()}
    except ValueError:
        raise _wrong(name) from None


def _wrong(name: str) -> Invalid:
    return Invalid({name: _("The mapping «%(name)s» can't be used as it is written", name=name)})
