"""What is wrong with a flat for a portal, in words: small checks, each of one thing."""

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

from domain.kernel.text import _
from domain.publishing.feeds.facts import Facts

Rule = Callable[[Facts], str]
"""Says what is wrong, or nothing."""
SMALLEST, LARGEST = Decimal(8), Decimal(1000)
CHEAPEST = Decimal(100_000)


def complaints(flat: Facts, rules: tuple[Rule, ...]) -> list[str]:
    return [sentence for rule in rules if (sentence := rule(flat))]


def price(flat: Facts) -> str:
    if flat.price is None:
        return _("The price is on request: portals take no flats without a price")
    return _("The price is below 100 000 ₽") if flat.price < CHEAPEST else ""


def area(flat: Facts) -> str:
    return "" if SMALLEST <= flat.area <= LARGEST else _("The total area is not between 8 and 1000 m²")


def kitchen_inside(flat: Facts) -> str:
    wrong = flat.kitchen is not None and flat.kitchen >= flat.area
    return _("The kitchen is not smaller than the whole flat") if wrong else ""


def living_inside(flat: Facts) -> str:
    wrong = flat.living is not None and flat.living >= flat.area
    return _("The living area is not smaller than the total area") if wrong else ""


def parts_fit(flat: Facts) -> str:
    parts = (flat.living or Decimal(0)) + (flat.kitchen or Decimal(0))
    wrong = parts > flat.area and not kitchen_inside(flat) and not living_inside(flat)
    return _("Living area and kitchen together are larger than the total area") if wrong else ""


def living_known(flat: Facts) -> str:
    return "" if flat.living else _("No living area")


def floor_inside(flat: Facts) -> str:
    most = flat.house.floors_total
    if flat.floor < 1:
        return _("A flat below the ground floor")
    return _("The floor is higher than the house has") if most is not None and flat.floor > most else ""


def floors_known(flat: Facts) -> str:
    return "" if flat.house.floors_total else _("The building has no number of floors")


def address(flat: Facts) -> str:
    return "" if flat.house.address.strip() else _("The building has no address")


def city(flat: Facts) -> str:
    return "" if flat.house.city.strip() else _("The project has no city")


def coordinates(flat: Facts) -> str:
    known = flat.house.latitude is not None and flat.house.longitude is not None
    return "" if known else _("The building has no coordinates")


def deadline(flat: Facts) -> str:
    known = flat.house.built_year and flat.house.ready_quarter
    return "" if known else _("The building has no year and quarter of completion")


def material(flat: Facts) -> str:
    return _("The building has no material of walls") if flat.house.material.value == "unknown" else ""


def phone(flat: Facts) -> str:
    return "" if flat.house.phone.startswith("+7") else _("The project has no Russian phone for calls")


def image(flat: Facts) -> str:
    try:
        parts = urlsplit(flat.house.image_url)
    except ValueError:
        parts = urlsplit("")
    known = parts.scheme in {"http", "https"} and parts.netloc
    return "" if known else _("The building has no picture that the portal could fetch")


def description(flat: Facts) -> str:
    return "" if flat.house.description.strip() else _("The project has no description")


def developer(flat: Facts) -> str:
    return "" if flat.house.developer.strip() else _("The project has no name of the developer")


def developer_number(flat: Facts) -> str:
    return (
        ""
        if flat.house.developer_id.strip()
        else _("The project has no number of the developer at the portal")
    )


def project_number(flat: Facts) -> str:
    return "" if flat.house.portal_project_id.strip() else _("The project has no number at the portal")


def house_number(flat: Facts) -> str:
    return "" if flat.house.portal_id.strip() else _("The building has no number at the portal")


EVERYWHERE: tuple[Rule, ...] = (
    price, area, kitchen_inside, living_inside, parts_fit, floor_inside, address, city, phone, deadline,
)  # fmt: skip
"""What every portal asks for."""
