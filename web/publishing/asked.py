"""What a page outside asks for, as it stands in the address: what can't be read does not narrow."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from litestar.datastructures import MultiDict

from domain.estate import UnitKind
from domain.estate.chessboard import within
from domain.publishing.stock import PublicUnit

LARGEST = Decimal(10_000_000_000)
USUAL, MOST = 1_000, 5_000
"""Units in one answer."""
KINDS = {kind.value for kind in UnitKind}


@dataclass(frozen=True)
class Asked:
    kind: str = ""
    building: int | None = None
    rooms: frozenset[int] = frozenset()
    """Three stands for three and more."""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    area_from: Decimal | None = None
    area_to: Decimal | None = None
    floor_from: int | None = None
    floor_to: int | None = None
    status: str = ""
    limit: int = USUAL
    offset: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        return tuple(tuple(sorted(v)) if isinstance(v, frozenset) else v for v in self._values())

    def _values(self) -> Iterable[object]:
        return (getattr(self, each.name) for each in fields(self))

    def fits(self, unit: PublicUnit) -> bool:
        """A unit whose price is on request fits no price that is asked for."""
        return (
            (not self.kind or unit.kind.value == self.kind)
            and (self.building is None or unit.building_id == self.building)
            and (not self.rooms or min(unit.rooms, 3) in self.rooms)
            and within(unit.price, self.price_from, self.price_to)
            and within(unit.area, self.area_from, self.area_to)
            and within(unit.floor, self.floor_from, self.floor_to)
            and (not self.status or (self.status == "booked") == unit.booked)
        )


def read(query: MultiDict[str]) -> Asked:
    kind, status = query.get("kind", ""), query.get("status", "")
    return Asked(
        kind=kind if kind in KINDS else "",
        building=_whole(query.get("building")),
        rooms=frozenset(int(text) for text in query.getall("rooms", []) if text in {"0", "1", "2", "3"}),
        price_from=_number(query.get("price_from")),
        price_to=_number(query.get("price_to")),
        area_from=_number(query.get("area_from")),
        area_to=_number(query.get("area_to")),
        floor_from=_floor(query.get("floor_from")),
        floor_to=_floor(query.get("floor_to")),
        status=status if status in {"free", "booked"} else "",
        limit=min(_whole(query.get("limit")) or USUAL, MOST),
        offset=_whole(query.get("offset")) or 0,
    )


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal((text or "")[:20].replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= LARGEST else None


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _floor(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,3}", text) else None
