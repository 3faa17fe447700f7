"""What a site is told of a unit besides its name and price: the properties of the classifier."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from jobs.onec_demo.store import Row
from jobs.onec_demo.values import as_text
from jobs.onec_demo.words import words


@dataclass(frozen=True)
class Characteristic:
    """A property of the classifier: its name there, the words of a unit, whether its values are a list."""

    name: str
    kind: str
    value: Callable[[Row], str]

    @property
    def id(self) -> str:
        return steady_id(f"property:{self.name}")


def _text(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name] or "")


def _listed(name: str) -> Callable[[Row], str]:
    return lambda row: words(row[name])


def _number(name: str) -> Callable[[Row], str]:
    """Values of properties are written with a comma, prices with a dot."""
    return lambda row: as_text(row[name]).replace(".", ",") if row[name] else ""


CHARACTERISTICS = (
    Characteristic("ЖК", "Строка", _text("ЖК")),
    Characteristic("Дом", "Строка", _text("Дом")),
    Characteristic("Подъезд", "Строка", _text("Подъезд")),
    Characteristic("Этаж", "Число", _number("Этаж")),
    Characteristic("Номер помещения", "Строка", _text("НомерПомещения")),
    Characteristic("Вид помещения", "Справочник", _listed("ВидПомещения")),
    Characteristic("Комнат", "Число", _number("КоличествоКомнат")),
    Characteristic("Общая площадь", "Число", _number("ОбщаяПлощадь")),
    Characteristic("Жилая площадь", "Число", _number("ЖилаяПлощадь")),
    Characteristic("Площадь кухни", "Число", _number("ПлощадьКухни")),
    Characteristic("Отделка", "Справочник", _text("Отделка")),
    Characteristic("Статус", "Справочник", _listed("СтатусПомещения")),
)


def value_id(of: Characteristic, text: str) -> str:
    return steady_id(f"value:{of.name}:{text}")


def steady_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"onec-demo:{name}"))
