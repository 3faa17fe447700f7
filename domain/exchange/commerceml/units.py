"""Telling a unit from other goods by its properties, and reading the unit out of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.estate import Availability, UnitKind
from domain.estate.importing import Described
from domain.exchange.commerceml.mapping import Mapping, same
from domain.exchange.commerceml.records import Good, Property
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.money import rounded
from domain.kernel.text import _

PLACING = ("building", "floor", "number")
NEEDED = ("project", *PLACING, "area_total")
LONGEST = {"project": 200, "building": 100, "number": 20}
LARGEST_AREA = Decimal("999999.99")
HIGHEST = 300
MOST_ROOMS = 20


@dataclass(slots=True)
class Understood:
    """A good, once we know what it is: a unit, an ordinary good (nothing here), or unclear (remarks only)."""

    unit: Described | None = None
    remarks: list[str] = field(default_factory=list)


def understand(good: Good, properties: dict[str, Property], mapping: Mapping) -> Understood:
    """Raises Unreadable when a value can't be what its property means; remarks are for a person."""
    written = {"project": mapping.project} | _written(good, properties, mapping)
    if sum(name in written for name in PLACING) < 2:
        return Understood()
    if missing := [mapping.name_of(name) for name in NEEDED if not written.get(name)]:
        return Understood(remarks=[_lacking(good, missing)])
    reader = _Reader(good, written, mapping)
    return Understood(reader.unit(), reader.remarks)


def _written(good: Good, properties: dict[str, Property], mapping: Mapping) -> dict[str, str]:
    """What the good says, by our names; properties outweigh traits, traits outweigh requisites."""
    said = [*good.requisites.items(), *good.traits.items(), *_valued(good, properties)]
    telling = [(same(name), value) for name, value in said if value and same(name) in mapping.field_of]
    telling.sort(key=lambda pair: -mapping.rank[pair[0]])
    return {mapping.field_of[name]: value for name, value in telling}


def _valued(good: Good, properties: dict[str, Property]) -> Iterator[tuple[str, str]]:
    for ref, values in good.properties.items():
        if described := properties.get(ref):
            yield described.name, "; ".join(described.variants.get(value.lower(), value) for value in values)


def _lacking(good: Good, names: list[str]) -> str:
    return _(
        "Line %(line)s: «%(name)s» looks like a unit but has no %(missing)s: not taken",
        line=good.line,
        name=good.name,
        missing=", ".join(f"«{name}»" for name in names),
    )


@dataclass
class _Reader:
    """Turns the words of one good into the fields of a unit."""

    good: Good
    written: dict[str, str]
    mapping: Mapping
    remarks: list[str] = field(default_factory=list)

    def unit(self) -> Described | None:
        kind = self._word("kind", UnitKind.FLAT)
        if kind is None:
            return None
        return Described(
            project=self._name("project"),
            building=self._name("building"),
            section=self._section(),
            floor=self._whole("floor", -HIGHEST, HIGHEST),
            number=self._name("number"),
            kind=kind,
            area_total=self._area("area_total") or Decimal(0),
            rooms=self._rooms(),
            area_living=self._area("area_living"),
            area_kitchen=self._area("area_kitchen"),
            finish=self._word("finish", None),
            availability=self._availability(),
        )

    def _availability(self) -> Availability | None:
        """An unknown word means: not for sale."""
        if "availability" not in self.written:
            return None
        return self._word("availability", None) or Availability.OFF

    def _word(self, known: str, silent: Any) -> Any:
        """The meaning of a word from a closed list; an unknown word is None and a remark."""
        if known not in self.written:
            return silent
        meant = self.mapping.words[known].get(same(self.written[known]))
        if meant is None:
            self.remarks.append(
                _(
                    "Line %(line)s: «%(name)s» has an unknown «%(property)s»: «%(value)s»",
                    line=self.good.line,
                    name=self.good.name,
                    property=self.mapping.name_of(known),
                    value=self.written[known][:100],
                )
            )
        return meant

    def _name(self, known: str) -> str:
        words = " ".join(self.written[known].split())
        if len(words) > LONGEST[known]:
            raise self._wrong(known)
        return words

    def _section(self) -> int:
        return self._whole("section", 1, HIGHEST) if "section" in self.written else 1

    def _rooms(self) -> int | None:
        if same(self.written.get("rooms", "")).startswith("студи"):
            return 0
        return self._whole("rooms", 0, MOST_ROOMS) if "rooms" in self.written else None

    def _whole(self, known: str, least: int, most: int) -> int:
        """«2», «2,0», «2 этаж», «подъезд 2» and «2-комнатная» are all two."""
        number = re.match(r"[^\d−-]*([-−]?\d{1,4})(?:[.,]0+)?(?![\d.,])", self.written[known])
        value = int(number[1].replace("−", "-")) if number else most + 1
        if not least <= value <= most:
            raise self._wrong(known)
        return value

    def _area(self, known: str) -> Decimal | None:
        if known not in self.written:
            return None
        number = re.fullmatch(
            r"(\d{1,7}(?:[.,]\d{1,6})?)(?:м²|м2|кв\.?м\.?)?", "".join(self.written[known].split())
        )
        area = rounded(Decimal(number[1].replace(",", "."))) if number else LARGEST_AREA + 1
        if area > LARGEST_AREA or (known == "area_total" and not area):
            raise self._wrong(known)
        return area or None

    def _wrong(self, known: str) -> Unreadable:
        return Unreadable(
            self.good.line,
            _(
                "«%(name)s»: «%(property)s» can't be «%(value)s»",
                name=self.good.name,
                property=self.mapping.name_of(known),
                value=self.written[known][:100],
            ),
        )
