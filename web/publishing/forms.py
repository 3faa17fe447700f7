"""The forms of publication: what was typed, what it means, and what stands there now as it would be typed."""

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from domain.estate import UnitKind
from domain.kernel import phones
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.leads.consents import urlsplit_safe
from domain.publishing.arranging import BuildingFacts, ProjectFacts, Shown
from domain.publishing.models import BuildingState, Listing, Material, Publication

Choice = TypeVar("Choice", bound=Enum)
LONGEST = {
    "description": 4000, "developer": 200, "region": 100, "site_url": 500, "image_url": 500, "address": 300,
}  # fmt: skip
NUMBER_AT_PORTAL = 30


@dataclass
class ProjectForm:
    version: str = "0"
    published: str = ""
    description: str = ""
    developer: str = ""
    phone: str = ""
    region: str = ""
    site_url: str = ""
    yandex_id: str = ""
    avito_id: str = ""
    cian_id: str = ""
    domclick_id: str = ""
    domclick_developer_id: str = ""


@dataclass
class BuildingForm:
    version: str = "0"
    address: str = ""
    latitude: str = ""
    longitude: str = ""
    floors_total: str = ""
    built_year: str = ""
    ready_quarter: str = ""
    state: str = "unfinished"
    material: str = "unknown"
    image_url: str = ""
    yandex_id: str = ""
    avito_id: str = ""
    cian_id: str = ""
    domclick_id: str = ""
    flat: str = ""
    flat_price: str = ""
    flat_booked: str = ""
    parking: str = ""
    parking_price: str = ""
    parking_booked: str = ""
    storage: str = ""
    storage_price: str = ""
    storage_booked: str = ""
    commercial: str = ""
    commercial_price: str = ""
    commercial_booked: str = ""


def of_project(row: Publication | None) -> ProjectForm:
    if row is None:
        return ProjectForm()
    said = {each.name: str(getattr(row, each.name)) for each in fields(ProjectForm)}
    return ProjectForm(**said | {"published": "on" if row.published else ""})


def of_building(row: Listing | None, kinds: dict[UnitKind, Shown]) -> BuildingForm:
    """A kind that is not public yet is offered with its prices."""
    form = BuildingForm()
    for name in (each.name for each in fields(BuildingForm)) if row is not None else ():
        if hasattr(row, name):
            value = getattr(row, name)
            setattr(form, name, _typed(value))
    for kind in UnitKind:
        how = kinds.get(kind, Shown())
        setattr(form, kind.value, "on" if kind in kinds else "")
        setattr(form, f"{kind.value}_price", "on" if how.price else "")
        setattr(form, f"{kind.value}_booked", "on" if how.booked else "")
    return form


def _typed(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


class Reading:
    """Reads the fields of a form and gathers what is wrong with them."""

    def __init__(self, form: Any) -> None:
        self.form = form
        self.wrong: dict[str, str] = {}

    def text(self, name: str) -> str:
        typed = getattr(self.form, name).replace("\r\n", "\n").strip()
        most = LONGEST.get(name, NUMBER_AT_PORTAL)
        if len(typed) > most:
            self.wrong[name] = _("Longer than %(most)s characters", most=most)
        return str(typed)

    def address(self, name: str) -> str:
        typed = self.text(name)
        if typed and urlsplit_safe(typed) not in {"http", "https"}:
            self.wrong[name] = _("The address begins with https://")
        return typed

    def phone(self, name: str) -> str:
        try:
            return phones.normalise(getattr(self.form, name), field=name) or ""
        except Invalid as no:
            self.wrong |= no.fields
            return ""

    def whole(self, name: str, least: int, most: int) -> int | None:
        typed = getattr(self.form, name).strip()
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and len(typed) < 6 and least <= int(typed) <= most:
            return int(typed)
        self.wrong[name] = _("A whole number from %(least)s to %(most)s", least=least, most=most)
        return None

    def degrees(self, name: str, most: int) -> Decimal | None:
        typed = getattr(self.form, name).strip().replace(",", ".")
        if not typed:
            return None
        try:
            number = Decimal(typed[:20])
        except InvalidOperation:
            number = Decimal(1000)
        if number.is_finite() and abs(number) <= most:
            return number.quantize(Decimal("0.000001"))
        self.wrong[name] = _("Degrees with a point: 59.939095")
        return None

    def choice(self, name: str, kind: type[Choice], default: Choice) -> Choice:
        typed = getattr(self.form, name)
        return next((member for member in kind if member.value == typed), default)

    def settle(self) -> None:
        if self.wrong:
            raise Invalid(self.wrong)


def project_facts(form: ProjectForm) -> ProjectFacts:
    """Raises Invalid with a sentence at each wrong field."""
    read = Reading(form)
    numbers = ("yandex_id", "avito_id", "cian_id", "domclick_id", "domclick_developer_id")
    facts = ProjectFacts(
        published=bool(form.published),
        description=read.text("description"),
        developer=read.text("developer"),
        phone=read.phone("phone"),
        region=read.text("region"),
        site_url=read.address("site_url"),
        **{name: read.text(name) for name in numbers},
    )
    read.settle()
    return facts


def building_facts(form: BuildingForm) -> BuildingFacts:
    """Raises Invalid with a sentence at each wrong field."""
    read = Reading(form)
    facts = BuildingFacts(
        address=read.text("address"),
        latitude=read.degrees("latitude", 90),
        longitude=read.degrees("longitude", 180),
        floors_total=read.whole("floors_total", 1, 200),
        built_year=read.whole("built_year", 1950, 2100),
        ready_quarter=read.whole("ready_quarter", 1, 4),
        state=read.choice("state", BuildingState, BuildingState.UNFINISHED),
        material=read.choice("material", Material, Material.UNKNOWN),
        image_url=read.address("image_url"),
        kinds={
            kind: Shown(
                bool(getattr(form, f"{kind.value}_price")), bool(getattr(form, f"{kind.value}_booked"))
            )
            for kind in UnitKind
            if getattr(form, kind.value)
        },
        **{name: read.text(name) for name in ("yandex_id", "avito_id", "cian_id", "domclick_id")},
    )
    read.settle()
    return facts


def version_of(text: str) -> int:
    """What is no number is a version nobody has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
