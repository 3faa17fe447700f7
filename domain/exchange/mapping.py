"""How one base names what we exchange: kept as JSON on the connection, the defaults where it is silent.

No two installations of 1C are alike, so names are never written into the code that talks.
"""

from collections.abc import Mapping as Given
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from domain.estate import Availability, UnitKind
from domain.exchange.commerceml.mapping import AVAILABILITIES, KINDS, same
from domain.exchange.published import Published
from domain.kernel.errors import Invalid
from domain.kernel.text import _

V = TypeVar("V")
STANDARD = ("Ref_Key", "DataVersion", "DeletionMark")


def keyed(words: Given[str, V]) -> dict[str, V]:
    return {same(word): value for word, value in words.items()}


@dataclass(frozen=True)
class Units:
    set_name: str = "Catalog_Помещения"
    project: str = "ЖК"
    building: str = "Дом"
    section: str = "Подъезд"
    floor: str = "Этаж"
    number: str = "НомерПомещения"
    kind: str = "ВидПомещения"
    price: str = "Цена"
    status: str = "СтатусПомещения"
    kinds: Given[str, UnitKind] = field(default_factory=lambda: keyed(KINDS))
    statuses: Given[str, Availability] = field(default_factory=lambda: keyed(AVAILABILITIES))


@dataclass(frozen=True)
class Reservations:
    set_name: str = "Document_БронированиеПомещения"
    unit: str = "Помещение_Key"
    counterparty: str = "Контрагент_Key"
    until: str = "ДатаОкончания"
    price: str = "Цена"
    status: str = "Статус"
    active: str = "Активна"
    released: str = "Снята"
    comment: str = "Комментарий"


@dataclass(frozen=True)
class Counterparties:
    set_name: str = "Catalog_Контрагенты"
    name: str = "Description"
    full_name: str = "НаименованиеПолное"
    inn: str = "ИНН"
    kpp: str = "КПП"
    ogrn: str = "РегистрационныйНомер"
    kind: str = "ЮрФизЛицо"
    company: str = "ЮрЛицо"
    entrepreneur: str = "ИндивидуальныйПредприниматель"
    person: str = "ФизЛицо"


@dataclass(frozen=True)
class Mapping:
    units: Units = Units()
    reservations: Reservations = Reservations()
    counterparties: Counterparties = Counterparties()
    poll_seconds: int = 0
    """0: as usual."""
    timeout_seconds: int = 15


Section = TypeVar("Section", Units, Reservations, Counterparties)


def of(settings: Given[str, Any]) -> Mapping:
    """The mapping of a connection. Raises Invalid, naming what cannot be used."""
    chosen: dict[str, Any] = {}
    for name, value in settings.items():
        match name, value:
            case (("units" | "reservations" | "counterparties"), dict()):
                chosen[name] = _section(name, getattr(Mapping(), name), value)
            case (("poll_seconds" | "timeout_seconds"), int()) if 1 <= value <= 3600:
                chosen[name] = value
            case _:
                raise _wrong(name)
    return replace(Mapping(), **chosen)


def _section(name: str, default: Section, given: Given[str, Any]) -> Section:
    known = {each.name for each in fields(default)}
    chosen: dict[str, Any] = {}
    for field_name, value in given.items():
        place = f"{name}.{field_name}"
        if field_name not in known:
            raise _wrong(place)
        chosen[field_name] = (
            _words(place, value) if field_name in ("kinds", "statuses") else _name(place, value)
        )
    return replace(default, **chosen)


def _name(place: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise _wrong(place)
    return value


def _words(place: str, value: object) -> dict[str, Any]:
    meaning = UnitKind if place.endswith("kinds") else Availability
    try:
        return keyed({word: meaning(kept) for word, kept in value.items()})  # type: ignore[attr-defined]
    except (ValueError, AttributeError):
        raise _wrong(place) from None


def _wrong(name: str) -> Invalid:
    return Invalid({name: _("The mapping «%(name)s» can't be used as it is written", name=name)})


def needed(mapping: Mapping) -> dict[str, frozenset[str]]:
    """Sets and properties that must be published. An empty name means: this base has no such thing."""
    units, reservations, counterparties = mapping.units, mapping.reservations, mapping.counterparties
    wanted = {
        units.set_name: (
            units.project, units.building, units.section, units.floor, units.number, units.kind, units.price,
            units.status,
        ),
        reservations.set_name: (
            "Posted", reservations.unit, reservations.counterparty, reservations.until, reservations.price,
            reservations.status, reservations.comment,
        ),
        counterparties.set_name: (
            "IsFolder", counterparties.name, counterparties.full_name, counterparties.inn, counterparties.kpp,
            counterparties.ogrn, counterparties.kind,
        ),
    }  # fmt: skip
    return {
        name: frozenset(filter(None, (*STANDARD, *properties))) for name, properties in wanted.items() if name
    }


def missing(mapping: Mapping, published: Published) -> list[str]:
    """Sentences about what the base does not publish."""
    return [
        sentence
        for name, properties in needed(mapping).items()
        for sentence in _lacks(name, properties, published)
    ]


def _lacks(name: str, properties: frozenset[str], published: Published) -> list[str]:
    if name not in published:
        return [_("1C does not publish «%(name)s»", name=name)]
    return [
        _("In 1C «%(name)s» has no property «%(property)s»", name=name, property=property_name)
        for property_name in sorted(properties - published[name])
    ]


def availability(units: Units, word: str) -> Availability | None:
    """None: the word is unknown, which is not for sale and a line for a person."""
    return units.statuses.get(same(word))
