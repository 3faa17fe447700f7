"""How a base calls things is a setting of its connection; spelling is forgiven, nonsense is not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.estate import Availability, UnitKind
from domain.exchange.commerceml import mapping
from domain.exchange.commerceml.mapping import same
from domain.exchange.commerceml.records import Good
from domain.exchange.commerceml.units import understand
from domain.kernel.errors import Invalid


@pytest.mark.parametrize(
    "one, other",
    [
        ("НаДоговоре", "На договоре"),
        ("машино-место", "Машино Место"),
        ("Зачётная", "зачетная"),
        ("№ п/п", "№ пп"),
    ],
)
def test_spelling_does_not_matter(one: str, other: str) -> None:
    assert same(one) == same(other)


def test_an_empty_setting_is_the_defaults() -> None:
    words = mapping.of({})
    assert words.field_of[same("Номер помещения")] == "number"
    assert words.words["kind"][same("Кладовая")] is UnitKind.STORAGE
    assert (words.price_type, words.vanished_at_most) == ("Цена продажи", 20)


def test_a_list_of_the_setting_takes_the_place_of_the_default_one() -> None:
    words = mapping.of({"availabilities": {"Есть": "on_sale", "Нет": "off"}})
    assert words.words["availability"] == {"есть": Availability.ON_SALE, "нет": Availability.OFF}
    assert words.words["kind"], "what is not named stays"


@pytest.mark.parametrize(
    "setting",
    [
        {"properties": {"Дом": "house"}},
        {"properties": ["Дом"]},
        {"kinds": {"Дача": "villa"}},
        {"price_type": 5},
        {"vanished_at_most": 101},
        {"vanished_at_most": "20"},
        {"colour": "red"},
    ],
)
def test_a_setting_that_means_nothing_is_refused(setting: dict[str, object]) -> None:
    with pytest.raises(Invalid) as no:
        mapping.of(setting)
    assert next(iter(setting)) in no.value.fields


def test_of_two_names_of_one_field_the_earlier_one_counts() -> None:
    goods = Good(line=1, ref="1", name="Кв. 7", traits={"площадь": "1", "этаж": "2", "номер квартиры": "7"})
    described = replace(
        goods, requisites={"общая площадь": "54,3", "жк": "Лесной", "корпус": "А", "дом": "Дом 1"}
    )
    unit = understand(described, {}, mapping.of({})).unit
    assert unit
    assert (unit.area_total, unit.building, unit.number) == (Decimal("54.30"), "Дом 1", "7")


@pytest.mark.parametrize(
    "written, floor", [("4", 4), ("-1", -1), ("−1", -1), ("4,0", 4), ("4 этаж", 4), ("этаж 12", 12)]
)
def test_numbers_come_with_words_around_them(written: str, floor: int) -> None:
    said = {"жк": "Лесной", "дом": "1", "этаж": written, "номер помещения": "7", "площадь": "54,3 м²"}
    unit = understand(Good(line=1, ref="1", name="Кв. 7", traits=said), {}, mapping.of({})).unit
    assert unit and (unit.floor, unit.area_total) == (floor, Decimal("54.30"))
