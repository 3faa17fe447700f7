"""ЦИАН, новостройки: feed_version 2, категория newBuildingFlatSale."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.publishing.feeds import markup, rules
from domain.publishing.feeds.facts import Facts
from domain.publishing.models import BuildingState, Material

RULES = (
    *rules.EVERYWHERE, rules.floors_known, rules.description, rules.project_number, rules.house_number,
)  # fmt: skip
STUDIO, MANY_ROOMS, MOST_ROOMS = 9, 6, 5
QUARTERS = {1: "first", 2: "second", 3: "third", 4: "fourth"}
MATERIAL = {
    Material.BRICK: "brick",
    Material.MONOLITH: "monolith",
    Material.MONOLITH_BRICK: "monolithBrick",
    Material.PANEL: "panel",
    Material.BLOCK: "block",
}


def document(flats: Iterable[Facts], *, at: datetime) -> Iterator[str]:
    yield f"{markup.HEAD}<feed><feed_version>2</feed_version>\n"
    yield from map(flat_object, flats)
    yield "</feed>\n"


def flat_object(flat: Facts) -> str:
    house = flat.house
    flat_in_house: markup.Tree = [("FlatNumber", flat.number), ("SectionNumber", flat.section)]
    in_project: markup.Tree = [
        ("Id", house.portal_id), ("Name", house.name), ("Flat", flat_in_house),
    ]  # fmt: skip
    deadline: markup.Tree = [
        ("Quarter", QUARTERS.get(house.ready_quarter or 0)),
        ("Year", house.built_year),
        ("IsComplete", "true" if house.state is BuildingState.HANDED_OVER else "false"),
    ]
    photo: markup.Tree = [("FullUrl", house.image_url), ("IsDefault", "true")]
    said: markup.Tree = [
        ("ExternalId", flat.id),
        ("Category", "newBuildingFlatSale"),
        ("Description", house.description),
        ("Address", ", ".join(part for part in (house.region, house.city, house.address) if part)),
        ("Coordinates", [("Lat", house.latitude), ("Lng", house.longitude)]),
        ("Phones", [("PhoneSchema", [("CountryCode", "+7"), ("Number", house.phone.removeprefix("+7"))])]),
        ("FlatRoomsCount", rooms(flat.rooms)),
        ("TotalArea", flat.area),
        ("LivingArea", flat.living),
        ("KitchenArea", flat.kitchen),
        ("FloorNumber", flat.floor),
        ("JKSchema", [("Id", house.portal_project_id), ("Name", house.project), ("House", in_project)]),
        ("Photos", [("PhotoSchema", photo)] if house.image_url else None),
        ("Building", [
            ("FloorsCount", house.floors_total), ("MaterialType", MATERIAL.get(house.material)),
            ("Deadline", deadline),
        ]),
        ("BargainTerms", [("Price", flat.price), ("Currency", "rur"), ("MortgageAllowed", "true")]),
    ]  # fmt: skip
    return markup.element("object", said) + "\n"


def rooms(count: int) -> int:
    """9 is a studio, 6 is «many»."""
    if count == 0:
        return STUDIO
    return count if count <= MOST_ROOMS else MANY_ROOMS
