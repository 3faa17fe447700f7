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

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.models import Availability, Building, Finish, Floor, Project, Section, Unit, UnitKind
from domain.estate.prices import change_availability
from domain.estate.waiting import offer_returned
from domain.estate.writing import among, write
from domain.events import names
from domain.kernel import clock
from domain.kernel.db import pick
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


STOREY = (sa.Text, sa.Text, sa.Integer, sa.Integer)
Changes = dict[str, tuple[Any, Any]]
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


@dataclass(frozen=True, slots=True)
class Altered:
    unit_id: int
    building_id: int
    changes: Changes
    turned: Changes


Storey = tuple[str, str, int, int]
"""Project, building, section, floor."""
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
        self._altered: list[Altered] = []
        """Units of the batch that are to be another, written together."""
        self._places: dict[Storey, Place] = {}
        self._described: set[Spot] = set()

    def take(self, batch: Sequence[tuple[int | None, Described]]) -> list[Taken]:
        """Make each unit what it is described as. One whose id is not known is looked for in its place.

        Raises Occupied; the transaction is then to be thrown away.
        """
        self._look_for_places(described for _known, described in batch)
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
        self._write_altered()
        self._write_added(taken, places)
        offer_returned(self._session, self._back, now=self._now or clock.now())
        self._back.clear()
        return taken

    def _known(self, ids: Sequence[int]) -> dict[int, Unit]:
        known = select(Unit).where(among(ids))
        return {unit.id: unit for unit in self._session.exec(known)} if ids else {}

    def _standing(self, spots: Collection[Spot]) -> dict[Spot, Unit]:
        """Whoever stands on these floors is looked at: one statement, however many places are asked for."""
        floors = sa.cast(list({floor_id for floor_id, _kind, _number in spots}), sa.ARRAY(sa.BigInteger))
        numbers = sa.cast([number for _floor, _kind, number in spots], sa.ARRAY(sa.Text))
        there = (col(Unit.floor_id) == sa.any_(floors), col(Unit.number) == sa.any_(numbers))
        found = self._session.exec(select(Unit).where(*there)) if spots else ()
        return {spot_of(unit): unit for unit in found if spot_of(unit) in spots}

    def _add(self, described: Described, place: Place) -> Taken:
        said = {name: value for name in FEATURES if (value := getattr(described, name)) is not None}
        unit = Unit(
            floor_id=place.floor_id,
            position=position(described.number),
            availability=described.availability or Availability.OFF,
            **said,
        )
        return Taken(unit, Outcome.ADDED)

    def _write_added(self, taken: Sequence[Taken], places: Sequence[Place]) -> None:
        """After those that left their places, which the new ones may take."""
        self._session.add_all(one.unit for one in taken if one.outcome is Outcome.ADDED)
        self._session.flush()
        added = [
            (
                one.unit.id,
                place.building_id,
                {"number": one.unit.number, "availability": one.unit.availability},
            )
            for one, place in zip(taken, places, strict=True)
            if one.outcome is Outcome.ADDED
        ]
        self._record(names.UNIT_ADDED, added)

    def _alter(self, unit: Unit, described: Described, place: Place) -> Taken:
        wanted = [*((name, getattr(described, name)) for name in FEATURES), ("floor_id", place.floor_id)]
        changes = changed(unit, wanted)
        turned = changed(unit, [("availability", described.availability)])
        if turned and described.availability is Availability.ON_SALE:
            self._back.add(unit.id)
        if not changes and not turned:
            return Taken(unit, Outcome.SAME)
        self._altered.append(Altered(unit.id, place.building_id, changes, turned))
        return Taken(unit, Outcome.CHANGED)

    def _write_altered(self) -> None:
        write(
            self._session,
            {
                one.unit_id: {name: after for name, (_before, after) in (one.changes | one.turned).items()}
                for one in self._altered
            },
        )
        for name, of in ((names.UNIT_EDITED, "changes"), (names.UNIT_AVAILABILITY_CHANGED, "turned")):
            told = [(one.unit_id, one.building_id, {"changes": getattr(one, of)}) for one in self._altered]
            self._record(name, [one for one in told if one[2]["changes"]])
        self._altered.clear()

    def _record(self, name: str, happened: Sequence[tuple[int, int, dict[str, Any]]]) -> None:
        told = [(unit_id, f"building-{building_id}", payload) for unit_id, building_id, payload in happened]
        events.record_all(self._session, name, "unit", told, by=self._by.id if self._by else None)

    def _look_for_places(self, batch: Iterable[Described]) -> None:
        """One question for all not met yet; what there is not is arranged one by one."""
        self._places |= places_of(
            self._session, {storey_of(described) for described in batch} - {*self._places}
        )

    def _place(self, described: Described) -> Place:
        key = storey_of(described)
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


def storey_of(described: Described) -> Storey:
    return described.project, described.building, described.section, described.floor


def places_of(session: Session, wanted: Collection[Storey]) -> dict[Storey, Place]:
    """Those of these floors that there are."""
    if not wanted:
        return {}
    columns: list[Any] = [
        sa.cast([storey[place] for storey in wanted], sa.ARRAY(kind)) for place, kind in enumerate(STOREY)
    ]
    asked = sa.func.unnest(*columns).table_valued("project", "building", "section", "floor").render_derived()
    rows = (
        pick(Floor.id, Building.id, *asked.c)
        .select_from(asked)
        .join(Project, col(Project.name) == asked.c.project)
        .join(
            Building, sa.and_(col(Building.project_id) == Project.id, col(Building.name) == asked.c.building)
        )
        .join(
            Section, sa.and_(col(Section.building_id) == Building.id, col(Section.number) == asked.c.section)
        )
        .join(Floor, sa.and_(col(Floor.section_id) == Section.id, col(Floor.number) == asked.c.floor))
    )
    return {(row[2], row[3], row[4], row[5]): Place(row[0], row[1]) for row in session.execute(rows)}


def spot_of(unit: Unit) -> Spot:
    return unit.floor_id, unit.kind.value, unit.number


def position(number: str) -> int:
    """Left to right as the numbers run."""
    digits = re.search(r"\d{1,9}", number)
    return int(digits[0]) if digits else 0


def changed(unit: Unit, wanted: Iterable[tuple[str, Any]]) -> Changes:
    """Old and new of each field that is to be another. None wants nothing."""
    return {
        name: (before, value)
        for name, value in wanted
        if value is not None and (before := getattr(unit, name)) != value
    }


def put_back(session: Session, wanted: Mapping[int, Mapping[str, Any]], *, by: User) -> None:
    """Make features and places of units exactly these, also none: the way back from `Stock.take`.

    Whoever calls has locked the units and looked that nobody stands in their places.
    """
    found = (
        select(Unit, Section.building_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(among(wanted))
        .order_by(col(Unit.id))
    )
    happened = []
    for unit, building_id in session.exec(found):
        values = wanted[unit.id].items()
        changes = {
            name: (before, value) for name, value in values if (before := getattr(unit, name)) != value
        }
        if changes:
            happened.append((unit.id, f"building-{building_id}", {"changes": changes}))
    write(
        session,
        {
            unit_id: {name: wanted[unit_id][name] for name in told["changes"]}
            for unit_id, _t, told in happened
        },
    )
    events.record_all(session, names.UNIT_EDITED, "unit", happened, by=by.id)


def withdraw(session: Session, unit_ids: Iterable[int], *, by: User | None = None) -> int:
    """Take units off sale: their master no longer has them. Returns how many were not off already."""
    return len(change_availability(session, dict.fromkeys(unit_ids, Availability.OFF), by=by))
