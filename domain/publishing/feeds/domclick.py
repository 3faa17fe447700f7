"""Домклик, новостройки: complexes → buildings → flats; the houses have to come one after another."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from domain.estate.models import Finish
from domain.kernel import formats
from domain.publishing.feeds import markup, rules
from domain.publishing.feeds.facts import Facts, House
from domain.publishing.models import BuildingState, Material

RULES = (
    *rules.EVERYWHERE, rules.living_known, rules.floors_known, rules.coordinates, rules.image,
    rules.developer, rules.developer_number, rules.project_number, rules.house_number,
)  # fmt: skip
RENOVATION = {
    Finish.NONE: "нет",
    Finish.ROUGH: "черновая",
    Finish.PRE_FINE: "предчистовая",
    Finish.FINE: "чистовая",
}
STATE = {
    BuildingState.UNFINISHED: "строится",
    BuildingState.BUILT: "построен",
    BuildingState.HANDED_OVER: "сдан",
}
MATERIAL = {
    Material.BRICK: "кирпичный",
    Material.MONOLITH: "монолитный",
    Material.MONOLITH_BRICK: "кирпично-монолитный",
    Material.PANEL: "панельный",
    Material.BLOCK: "блочный",
}


def document(flats: Iterable[Facts], *, at: datetime) -> Iterator[str]:
    yield f"{markup.HEAD}<complexes>\n"
    for _project, of_project in groupby(flats, key=lambda flat: flat.house.project_id):
        yield from _complex(of_project)
    yield "</complexes>\n"


def _complex(flats: Iterable[Facts]) -> Iterator[str]:
    house: House | None = None
    for _house, of_house in groupby(flats, key=lambda flat: flat.house.id):
        for place, flat in enumerate(of_house):
            if house is None:
                yield "<complex>" + markup.tree(_about_project(flat.house)) + "<buildings>\n"
            house = flat.house
            if place == 0:
                yield "<building>" + markup.tree(_about_house(house)) + "<flats>\n"
            yield markup.element("flat", _about_flat(flat)) + "\n"
        yield "</flats></building>\n"
    if house is not None:
        yield "</buildings>" + markup.tree(_about_sales(house)) + "</complex>\n"


def _about_project(house: House) -> markup.Tree:
    return [
        ("id", house.portal_project_id),
        ("name", house.project),
        ("latitude", house.latitude),
        ("longitude", house.longitude),
        ("address", f"{house.city}, {house.address}"),
        ("images", [("image", house.image_url)]),
        ("description_main", [("title", house.project), ("text", house.description)]),
        ("discounts", [("discount", _about_promotion(*one, house)) for one in house.promotions]),
    ]


def _about_promotion(name: str, until: datetime | None, house: House) -> markup.Tree:
    said = f"До {formats.date_plain(formats.last_moment(until))}" if until else ""
    return [("name", name), ("description", said), ("site", house.site_url)]


def _about_house(house: House) -> markup.Tree:
    return [
        ("id", house.portal_id),
        ("fz_214", "1"),
        ("name", house.name),
        ("floors", house.floors_total),
        ("building_state", STATE[house.state]),
        ("built_year", house.built_year),
        ("ready_quarter", house.ready_quarter),
        ("building_type", MATERIAL.get(house.material)),
        ("image", house.image_url),
    ]


def _about_flat(flat: Facts) -> markup.Tree:
    return [
        ("flat_id", flat.id),
        ("apartment", flat.number),
        ("floor", flat.floor),
        ("room", flat.rooms),
        ("plan", flat.house.image_url),
        ("renovation", RENOVATION[flat.finish]),
        ("price", flat.price),
        ("area", flat.area),
        ("living_area", flat.living),
        ("kitchen_area", flat.kitchen),
    ]


def _about_sales(house: House) -> markup.Tree:
    return [
        ("sales_info", [("sales_phone", house.phone)]),
        ("developer", [
            ("id", house.developer_id), ("name", house.developer), ("phone", house.phone),
            ("site", house.site_url),
        ]),
    ]  # fmt: skip
