"""How a base calls things is a setting of its connection; spelling is forgiven, nonsense is not."""

import pytest

from domain.estate import Availability, UnitKind
from domain.exchange.commerceml import mapping
from domain.exchange.commerceml.mapping import same
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
