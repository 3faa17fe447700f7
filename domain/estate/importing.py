"""Stock as its master describes it: 1C says which units there are and what state they are in.

Works on hundreds of units at a time, asks the database a constant number of questions a time,
and writes nothing where nothing changed.
"""

import enum
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlmodel import Session, col, select, tuple_

from domain import events
from domain.access.models import User
from domain.estate.models import Availability, Building, Finish, Floor, Project, Section, Unit, UnitKind
from domain.estate.prices import change_availability
from domain.estate.waiting import offer_returned
from domain.events import names
from domain.kernel import clock
from domain.kernel.errors import Refused
from domain.kernel.text import _


@dataclass(frozen=True, slots=True)
class Described:
    """A unit in the words of the outside; None where it says nothing."""

    project: str
    building: str
    section: int
    floor: int
    kind: UnitKind
    number: str
    area_total: Decimal
    rooms: int | None = None
    area_living: Decimal | None = None
    area_kitchen: Decimal | None = None
    finish: Finish | None = None
    availability: Availability | None = None


FEATURES = ("kind", "number", "area_total", "rooms", "area_living", "area_kitchen", "finish")


class Outcome(enum.StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Taken:
    unit: Unit
    outcome: Outcome


class Occupied(Refused):
    """Two units want one place. `index` is whose description in the batch."""

    def __init__(self, index: int, described: Described) -> None:
        super().__init__(
            _(
                "the place of unit %(number)s in «%(building)s» is taken by another unit",
                number=described.number,
                building=described.building,
            )
        )
        self.index = index


@dataclass(frozen=True, slots=True)
class Place:
    floor_id: int
    building_id: int


Level = TypeVar("Level", Project, Building, Section, Floor)

Spot = tuple[int, str, str]
"""Floor, kind, number: where only one unit can be."""


class Stock:
    """One stocktaking. Remembers the places it has met and who stands where. `by` is None for 1C."""

    def __init__(self, session: Session, *, by: User | None = None, now: datetime | None = None) -> None:
        self._session = session
        self._by = by
        self._now = now
        self._back: set[int] = set()
        """Units on sale again, to be offered to who waits for them."""
        self._places: dict[tuple[str, str, int, int], Place] = {}
        self._described: set[Spot] = set()

    def take(self, batch: Sequence[tuple[int | None, Described]]) -> list[Taken]:
        """Make each unit what it is described as. One whose id is not known is looked for in its place.

        Raises Occupied; the transaction is then to be thrown away.
        """
        places = [self._place(described) for _known, described in batch]
        spots = [
            (place.floor_id, described.kind.value, described.number)
            for place, (_k, described) in zip(places, batch, strict=True)
        ]
        by_id = self._known([known for known, _described in batch if known])
        leaving = {
            spot_of(by_id[known]): by_id[known]
            for (known, _described), spot in zip(batch, spots, strict=True)
            if known in by_id and spot_of(by_id[known]) != spot
        }
        staying = {spot_of(unit): unit for unit in by_id.values() if spot_of(unit) not in leaving}
        standing = self._standing({*spots} - {spot_of(unit) for unit in by_id.values()})
        taken = []
        for index, ((known, described), place, spot) in enumerate(zip(batch, places, spots, strict=True)):
            unit = by_id.get(known or 0) or standing.get(spot)
            occupant = standing.get(spot) or staying.get(spot) or (unit and leaving.get(spot))
            if spot in self._described or occupant not in (None, unit):
                raise Occupied(index, described)
            self._described.add(spot)
            taken.append(self._alter(unit, described, place) if unit else self._add(described, place))
        self._announce_added(taken, places)
        offer_returned(self._session, self._back, now=self._now or clock.now())
        self._back.clear()
        return taken

    def _known(self, ids: Sequence[int]) -> dict[int, Unit]:
        known = select(Unit).where(col(Unit.id).in_(ids))
        return {unit.id: unit for unit in self._session.exec(known)} if ids else {}

    def _standing(self, spots: Collection[Spot]) -> dict[Spot, Unit]:
        there = tuple_(col(Unit.floor_id), col(Unit.kind), col(Unit.number)).in_(spots)
        return (
            {spot_of(unit): unit for unit in self._session.exec(select(Unit).where(there))} if spots else {}
        )

    def _add(self, described: Described, place: Place) -> Taken:
        said = {name: value for name in FEATURES if (value := getattr(described, name)) is not None}
        unit = Unit(
            floor_id=place.floor_id,
            position=position(described.number),
            availability=described.availability or Availability.OFF,
            **said,
        )
        self._session.add(unit)
        return Taken(unit, Outcome.ADDED)

    def _announce_added(self, taken: Sequence[Taken], places: Sequence[Place]) -> None:
        self._session.flush()
        for one, place in zip(taken, places, strict=True):
            if one.outcome is Outcome.ADDED:
                unit = one.unit
                self._record(
                    names.UNIT_ADDED, unit, place, number=unit.number, availability=unit.availability
                )

    def _alter(self, unit: Unit, described: Described, place: Place) -> Taken:
        changes = changed(unit, ((name, getattr(described, name)) for name in FEATURES))
        changes |= changed(unit, [("floor_id", place.floor_id)])
        if changes:
            self._record(names.UNIT_EDITED, unit, place, changes=changes)
        turned = changed(unit, [("availability", described.availability)])
        if turned:
            self._record(names.UNIT_AVAILABILITY_CHANGED, unit, place, changes=turned)
            if unit.availability is Availability.ON_SALE:
                self._back.add(unit.id)
        return Taken(unit, Outcome.CHANGED if changes or turned else Outcome.SAME)

    def _record(self, name: str, unit: Unit, place: Place, **payload: Any) -> None:
        topics = [f"building-{place.building_id}"]
        events.record(self._session, name, unit, by=self._by, topics=topics, **payload)

    def _place(self, described: Described) -> Place:
        key = (described.project, described.building, described.section, described.floor)
        if key not in self._places:
            self._places[key] = self._arranged(*key)
        return self._places[key]

    def _arranged(
        self, project_name: str, building_name: str, section_number: int, floor_number: int
    ) -> Place:
        project = self._found(Project, name=project_name)
        building = self._found(Building, project_id=project.id, name=building_name)
        section = self._found(Section, building_id=building.id, number=section_number)
        floor = self._found(Floor, section_id=section.id, number=floor_number)
        return Place(floor.id, building.id)

    def _found(self, kind: type[Level], **identity: Any) -> Level:
        level = self._session.exec(select(kind).filter_by(**identity)).first()
        if level is None:
            level = kind(**identity)
            self._session.add(level)
            self._session.flush()
            events.record(self._session, names.ESTATE_ARRANGED, level, by=self._by, identity=identity)
        return level


def spot_of(unit: Unit) -> Spot:
    return unit.floor_id, unit.kind.value, unit.number


def position(number: str) -> int:
    """Left to right as the numbers run."""
    digits = re.search(r"\d{1,9}", number)
    return int(digits[0]) if digits else 0


def changed(record: Unit, wanted: Iterable[tuple[str, Any]]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; returns old and new of each field that did. None wants nothing."""
    changes = {}
    for name, value in wanted:
        before = getattr(record, name)
        if value is not None and before != value:
            changes[name] = (before, value)
            setattr(record, name, value)
    return changes


def put_back(session: Session, wanted: Mapping[int, Mapping[str, Any]], *, by: User) -> None:
    """Make features and places of units exactly these, also none: the way back from `Stock.take`.

    Whoever calls has locked the units and looked that nobody stands in their places.
    """
    found = (
        select(Unit, Section.building_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(col(Unit.id).in_(wanted))
        .order_by(col(Unit.id))
    )
    for unit, building_id in session.exec(found):
        changes = {
            name: (before, value)
            for name, value in wanted[unit.id].items()
            if (before := getattr(unit, name)) != value
        }
        for name, (_before, value) in changes.items():
            setattr(unit, name, value)
        if changes:
            topics = [f"building-{building_id}"]
            events.record(session, names.UNIT_EDITED, unit, by=by, topics=topics, changes=changes)
    session.flush()


def withdraw(session: Session, unit_ids: Iterable[int], *, by: User | None = None) -> int:
    """Take units off sale: their master no longer has them. Returns how many were not off already."""
    return len(change_availability(session, dict.fromkeys(unit_ids, Availability.OFF), by=by))
