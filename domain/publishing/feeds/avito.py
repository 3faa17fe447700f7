"""Авито, новостройки: автозагрузка, категория «Квартиры», formatVersion 3."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.estate.models import Finish
from domain.publishing.feeds import markup, rules
from domain.publishing.feeds.facts import Facts
from domain.publishing.models import Material

RULES = (
    *rules.EVERYWHERE, rules.floors_known, rules.material, rules.description, rules.image, rules.house_number,
)  # fmt: skip
MOST_ROOMS = 10
DECORATION = {
    Finish.NONE: "Без отделки",
    Finish.ROUGH: "Черновая",
    Finish.PRE_FINE: "Предчистовая",
    Finish.FINE: "Чистовая",
}
HOUSE_TYPE = {
    Material.BRICK: "Кирпичный",
    Material.MONOLITH: "Монолитный",
    Material.MONOLITH_BRICK: "Монолитно-кирпичный",
    Material.PANEL: "Панельный",
    Material.BLOCK: "Блочный",
}


def document(flats: Iterable[Facts], *, at: datetime) -> Iterator[str]:
    yield markup.HEAD
    yield from markup.nested("Ads", map(ad, flats), {"formatVersion": "3", "target": "Avito.ru"})


def ad(flat: Facts) -> str:
    house = flat.house
    said: markup.Tree = [
        ("Id", flat.id),
        ("Category", "Квартиры"),
        ("OperationType", "Продам"),
        ("MarketType", "Новостройка"),
        ("PropertyRights", "Застройщик"),
        ("NewDevelopmentId", house.portal_id),
        ("ContactPhone", house.phone),
        ("CompanyName", house.developer),
        ("Address", ", ".join(part for part in (house.region, house.city, house.address) if part)),
        ("Latitude", house.latitude),
        ("Longitude", house.longitude),
        ("Description", house.description),
        ("Price", flat.price),
        ("Url", house.site_url),
        ("Rooms", rooms(flat.rooms)),
        ("ApartmentNumber", flat.number),
        ("Square", flat.area),
        ("LivingSpace", flat.living),
        ("KitchenSpace", flat.kitchen),
        ("Floor", flat.floor),
        ("Floors", house.floors_total),
        ("HouseType", HOUSE_TYPE.get(house.material)),
        ("Status", "Квартира"),
        ("Decoration", DECORATION[flat.finish]),
        ("BuiltYear", house.built_year),
    ]
    images = f"<Images>{markup.opening('Image', {'url': house.image_url})}</Image></Images>"
    return f"<Ad>{markup.tree(said)}{images}</Ad>\n"


def rooms(count: int) -> str:
    if count == 0:
        return "Студия"
    return str(count) if count < MOST_ROOMS else "10 и более"
