"""Which units of a project something is about: the one filter of price lists, coefficients and promotions."""

import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from domain.estate.chessboard import CLAIMED, holding, status
from domain.estate.models import (
    Availability,
    Booking,
    Building,
    Finish,
    Floor,
    Section,
    Unit,
    UnitKind,
    UnitStatus,
)
from domain.kernel.db import pick
from domain.kernel.errors import Invalid
from domain.kernel.text import _

MOST_ROOMS = 3
"""Four rooms and more are chosen together with three, as on the board."""


@dataclass(frozen=True)
class Criteria:
    """An empty part does not narrow."""

    buildings: frozenset[int] = frozenset()
    kinds: frozenset[UnitKind] = frozenset()
    rooms: frozenset[int] = frozenset()
    finish: frozenset[Finish] = frozenset()
    status: frozenset[UnitStatus] = frozenset()
    sections: frozenset[int] = frozenset()
    """Numbers of entrances."""
    places: frozenset[int] = frozenset()
    """Places on the floor, left to right: with an entrance they are the flats one above another."""
    floor_from: int | None = None
    floor_to: int | None = None
    area_from: Decimal | None = None
    area_to: Decimal | None = None

    def __post_init__(self) -> None:
        for least, most in ((self.floor_from, self.floor_to), (self.area_from, self.area_to)):
            if least is not None and most is not None and least > most:
                field = "floor_from" if least is self.floor_from else "area_from"
                raise Invalid({field: _("“From” is greater than “up to”")})

    def as_json(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in CHOICES} | {
            name: getattr(self, name) for name in BOUNDS
        }
        return {name: _plain(value) for name, value in said.items() if value not in (frozenset(), None)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Criteria":
        """What `as_json` made; a word nobody knows any more is left out."""
        chosen: dict[str, Any] = {
            name: frozenset(read(value) for value in kept.get(name, ()) if _known(read, value))
            for name, read in CHOICES.items()
        }
        bounds = {name: read(kept[name]) for name, read in BOUNDS.items() if kept.get(name) is not None}
        return cls(**chosen, **bounds)


CHOICES: dict[str, Any] = {
    "buildings": int,
    "kinds": UnitKind,
    "rooms": int,
    "finish": Finish,
    "status": UnitStatus,
    "sections": int,
    "places": int,
}
BOUNDS: dict[str, Any] = {"floor_from": int, "floor_to": int, "area_from": Decimal, "area_to": Decimal}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(member.value if isinstance(member, enum.Enum) else member for member in value)
    return str(value) if isinstance(value, Decimal) else value


def _known(read: Any, value: Any) -> bool:
    try:
        read(value)
    except (ValueError, TypeError):
        return False
    return True


def fits(criteria: Any) -> sa.ColumnElement[bool]:
    """That a row of `units_of` is what these criteria ask for: a literal or a column of kept ones.

    The same words of SQL judge a price list, a promotion on the board and a coefficient: what the preview
    shows is what is done.
    """
    said = sa.type_coerce(criteria, JSONB)
    chosen: Iterable[tuple[str, Any]] = (
        ("buildings", Building.id),
        ("kinds", sa.type_coerce(col(Unit.kind), sa.String)),
        ("rooms", sa.func.least(Unit.rooms, MOST_ROOMS)),
        ("finish", sa.type_coerce(col(Unit.finish), sa.String)),
        ("status", unit_status),
        ("sections", Section.number),
        ("places", Unit.position),
    )
    least: Iterable[tuple[str, Any]] = (("floor_from", Floor.number), ("area_from", Unit.area_total))
    most: Iterable[tuple[str, Any]] = (("floor_to", Floor.number), ("area_to", Unit.area_total))
    return sa.and_(
        *(
            sa.or_(_part(said, name).is_(None), _part(said, name).op("@>")(sa.func.to_jsonb(value)))
            for name, value in chosen
        ),
        *(sa.or_(_part(said, name).is_(None), _number(said, name) <= value) for name, value in least),
        *(sa.or_(_part(said, name).is_(None), _number(said, name) >= value) for name, value in most),
    )


def _part(said: Any, name: str) -> Any:
    return said.op("->")(sa.literal_column(f"'{name}'", JSONB))


def literal(criteria: Mapping[str, Any]) -> sa.ColumnElement[Any]:
    """For `fits`: criteria known beforehand. They stand in the statement itself, so what they do not ask
    costs nothing: for units by the thousand."""
    return sa.cast(sa.literal(json.dumps(criteria), literal_execute=True), JSONB)


def _number(said: Any, name: str) -> Any:
    return sa.cast(said.op("->>")(sa.literal_column(f"'{name}'")), sa.Numeric)


_claim: Any = sa.type_coerce(col(Booking.state), sa.String)
_base: Any = sa.type_coerce(col(Unit.availability), sa.String)


def _word(value: str) -> Any:
    return sa.literal_column(f"'{value}'", sa.String)


unit_status: sa.ColumnElement[str] = sa.case(
    *(
        (
            sa.and_(
                _base == _word(base.value),
                _claim.is_(None) if claim is None else _claim == _word(claim.value),
            ),
            _word(status(base, claim).value),
        )
        for base in Availability
        for claim in (None, *CLAIMED)
    )
)
"""As `chessboard.status` says it: the table of all there can be."""


def is_free() -> sa.ColumnElement[bool]:
    """`unit_status` is free, said so that it costs nothing."""
    return sa.and_(col(Unit.availability) == Availability.ON_SALE, col(Booking.id).is_(None))


def units_of(*columns: Any, now: datetime) -> sa.Select[Any]:
    """A SELECT of these columns over units in their places, each with the claim that holds it."""
    return (
        pick(*columns)
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .outerjoin(Booking, holding(now))
    )
