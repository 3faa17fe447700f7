"""Яндекс Недвижимость, новостройки: YRL, https://yandex.ru/support/realty/ru/feed/requirements-sale-new."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.estate.models import Finish
from domain.publishing.feeds import markup, rules
from domain.publishing.feeds.facts import Facts
from domain.publishing.models import BuildingState, Material

NAMESPACE = "http://webmaster.yandex.ru/schemas/feed/realty/2010-06"
METRES = "кв. м"
RULES = (
    *rules.EVERYWHERE, rules.living_known, rules.image, rules.project_number, rules.house_number,
)  # fmt: skip

RENOVATION = {
    Finish.NONE: "без отделки",
    Finish.ROUGH: "черновая",
    Finish.PRE_FINE: "предчистовая",
    Finish.FINE: "чистовая",
}
STATE = {
    BuildingState.UNFINISHED: "unfinished",
    BuildingState.BUILT: "built",
    BuildingState.HANDED_OVER: "hand-over",
}
MATERIAL = {
    Material.BRICK: "кирпичный",
    Material.MONOLITH: "монолит",
    Material.MONOLITH_BRICK: "монолит",
    Material.PANEL: "панельный",
}


def document(flats: Iterable[Facts], *, at: datetime) -> Iterator[str]:
    made = at.isoformat(timespec="seconds")
    offers = (offer(flat, made) for flat in flats)
    yield markup.HEAD
    yield from markup.nested(
        "realty-feed", _after(markup.element("generation-date", made), offers), {"xmlns": NAMESPACE}
    )


def offer(flat: Facts, made: str) -> str:
    house = flat.house
    said: markup.Tree = [
        ("type", "продажа"),
        ("property-type", "жилая"),
        ("category", "квартира"),
        ("url", house.site_url),
        ("creation-date", made),
        ("last-update-date", made),
        ("location", [
            ("country", "Россия"), ("region", house.region), ("locality-name", house.city),
            ("address", house.address), ("apartment", flat.number), ("latitude", house.latitude),
            ("longitude", house.longitude),
        ]),
        ("sales-agent", [
            ("phone", house.phone), ("category", "застройщик"), ("organization", house.developer),
        ]),
        ("deal-status", "первичная продажа"),
        ("price", [("value", flat.price), ("currency", "RUB")]),
        ("area", [("value", flat.area), ("unit", METRES)]),
        ("living-space", [("value", flat.living), ("unit", METRES)] if flat.living else None),
        ("kitchen-space", [("value", flat.kitchen), ("unit", METRES)] if flat.kitchen else None),
        ("image", house.image_url),
        ("renovation", RENOVATION[flat.finish]),
        ("description", house.description),
        ("new-flat", "1"),
        ("floor", flat.floor),
        ("rooms", flat.rooms or 1),
        ("studio", None if flat.rooms else "1"),
        ("floors-total", house.floors_total),
        ("building-name", house.project),
        ("yandex-building-id", house.portal_project_id),
        ("yandex-house-id", house.portal_id),
        ("built-year", house.built_year),
        ("ready-quarter", house.ready_quarter),
        ("building-state", STATE[house.state]),
        ("building-type", MATERIAL.get(house.material)),
        ("building-section", house.name),
    ]  # fmt: skip
    return markup.element("offer", said, {"internal-id": str(flat.id)}) + "\n"


def _after(first: str, others: Iterable[str]) -> Iterator[str]:
    yield first + "\n"
    yield from others
