"""A workbook beside the stock: what each row would change, and what must not be done."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from domain.estate.models import Availability, Finish, UnitKind
from domain.estate.sheets import standing
from domain.estate.sheets.columns import COLUMNS, Field
from domain.estate.sheets.models import Verdict
from domain.estate.sheets.reading import NO_PRICE, Reading, Row
from domain.estate.sheets.standing import FIELDS, PLACE, Spot, Standing
from domain.kernel import formats
from domain.kernel.text import _

NEEDED = (Field.PROJECT, Field.BUILDING, Field.SECTION, Field.FLOOR, Field.NUMBER, Field.AREA)
"""Of a new unit."""
USUAL = {
    Field.KIND: UnitKind.FLAT,
    Field.ROOMS: 0,
    Field.LIVING: None,
    Field.KITCHEN: None,
    Field.FINISH: Finish.NONE,
    Field.AVAILABILITY: Availability.OFF,
    Field.PRICE: None,
}
FROZEN = (Field.AVAILABILITY, Field.PRICE)
"""Of a unit somebody holds."""


@dataclass(frozen=True, slots=True)
class Found:
    row: int
    verdict: Verdict
    called: str = ""
    unit_id: int | None = None
    said: dict[str, Any] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class Comparison:
    found: list[Found]
    same: int
    remarks: list[str]


def compare(session: Session, reading: Reading, *, now: datetime) -> Comparison:
    """Two questions to the database, however long the workbook."""
    projects = {row.said[Field.PROJECT] for row in reading.rows if Field.PROJECT in row.said}
    codes = {row.code for row in reading.rows if row.code}
    stock = standing.of_projects(session, projects, codes, now=now)
    return _Comparing(stock, reading, now).run()


class _Comparing:
    def __init__(self, stock: list[Standing], reading: Reading, now: datetime) -> None:
        self.reading, self.now = reading, now
        self.by_id = {unit.unit_id: unit for unit in stock}
        self.by_spot = {unit.spot: unit for unit in stock}
        self.buildings = {unit.spot[:2] for unit in stock}
        self.projects = {unit.spot[0] for unit in stock}
        self.wanted: dict[Spot, int] = {}
        self.codes = Counter(row.code for row in reading.rows if row.code)
        self.taken: dict[int, int] = {}
        self.new_places: dict[tuple[str, str], None] = {}

    def run(self) -> Comparison:
        found = [self.judge(row) for row in self.reading.rows]
        told = [each for each in found if each is not None]
        checked = list(self._places_still_taken(told))
        return Comparison(checked, len(found) - len(told), list(self.remarks()))

    def remarks(self) -> Iterator[str]:
        if strange := self.reading.heads.strange:
            yield _("Columns that are not known are left out: %(columns)s", columns=", ".join(strange))
        for project, building in self.new_places:
            if project in self.projects:
                yield _(
                    "A new building will appear: “%(building)s” in “%(project)s”",
                    building=building,
                    project=project,
                )
            else:
                yield _(
                    "A new project will appear: “%(project)s”, building “%(building)s”",
                    project=project,
                    building=building,
                )

    def judge(self, row: Row) -> Found | None:
        """None for a row that asks for nothing new."""
        why = self._unclear(row)
        if why:
            return self._wrong(row, why)
        unit = self.by_id[row.code] if row.code else self.by_spot.get(standing.spot(USUAL | dict(row.said)))
        if unit is not None and unit.unit_id in self.taken:
            return self._wrong(row, _("the same unit is in row %(row)s", row=self.taken[unit.unit_id]))
        return self._changed(row, unit) if unit else self._added(row)

    def _unclear(self, row: Row) -> str:
        """Why it is not known what the row means or which unit."""
        missing = [COLUMNS[name].title for name in NEEDED[:-1] if name not in row.said]
        if row.wrong:
            return "; ".join(row.wrong)
        if row.code is None and missing:
            return _("it has neither a code nor: %(columns)s", columns=", ".join(missing))
        if row.code and self.codes[row.code] > 1:
            return _("the code %(code)s stands in several rows", code=row.code)
        if row.code and row.code not in self.by_id:
            return _("there is no unit with the code %(code)s", code=row.code)
        return ""

    def _changed(self, row: Row, unit: Standing) -> Found | None:
        said = {name: None if value is NO_PRICE else value for name, value in row.said.items()}
        changes = {name: said[name] for name in FIELDS if name in said and said[name] != unit.values[name]}
        self.taken[unit.unit_id] = row.number
        after = unit.values | changes
        self.wanted.setdefault(standing.spot(after), row.number)
        if not changes:
            return None
        kept = {
            name.value: [standing.kept(unit.values[name]), standing.kept(value)]
            for name, value in changes.items()
        }
        self._note_place(after)
        conflict = self._held(unit, changes) or self._doubled(row, after)
        verdict = Verdict.CONFLICT if conflict else Verdict.CHANGED
        return Found(row.number, verdict, unit.called, unit.unit_id, kept, conflict)

    def _added(self, row: Row) -> Found:
        missing = [COLUMNS[name].title for name in NEEDED if name not in row.said]
        if missing:
            return self._wrong(row, _("a new unit needs: %(columns)s", columns=", ".join(missing)))
        said = {name: None if value is NO_PRICE else value for name, value in row.said.items()}
        values = {name: (USUAL | said)[name] for name in FIELDS}
        conflict = self._doubled(row, values)
        self.wanted.setdefault(standing.spot(values), row.number)
        self._note_place(values)
        kept = {name.value: [None, standing.kept(value)] for name, value in values.items()}
        verdict = Verdict.CONFLICT if conflict else Verdict.ADDED
        return Found(row.number, verdict, standing.called(values), None, kept, conflict)

    def _held(self, unit: Standing, changes: dict[Field, Any]) -> str:
        if unit.held is None or not set(FROZEN) & set(changes):
            return ""
        if unit.until and unit.held.value == "active":
            until = formats.told(unit.until, now=self.now)
            return _("the unit is booked until %(until)s: its price and availability stay", until=until)
        return _("the unit is under contract or sold by a deal: its price and availability stay")

    def _doubled(self, row: Row, values: dict[Field, Any]) -> str:
        other = self.wanted.get(standing.spot(values))
        if other is None or other == row.number:
            return ""
        return _("the same place and number are in row %(row)s", row=other)

    def _places_still_taken(self, found: list[Found]) -> Iterator[Found]:
        """A place is free only when nobody stays there, whatever else the workbook moves."""
        for each in found:
            if each.verdict not in (Verdict.ADDED, Verdict.CHANGED) or not _moves(each):
                yield each
                continue
            before = self.by_id[each.unit_id].values if each.unit_id else {}
            after = before | {
                Field(name): standing.restored(Field(name), new) for name, (_old, new) in each.said.items()
            }
            there = self.by_spot.get(standing.spot(after))
            if there is None or there.unit_id == each.unit_id:
                yield each
            else:
                remark = _("another unit stands at this place: code %(code)s", code=there.unit_id)
                yield Found(each.row, Verdict.CONFLICT, each.called, each.unit_id, each.said, remark)

    def _note_place(self, values: dict[Field, Any]) -> None:
        place = (values[Field.PROJECT], values[Field.BUILDING])
        if place not in self.buildings:
            self.new_places[place] = None

    @staticmethod
    def _wrong(row: Row, why: str) -> Found:
        values = {name: value for name, value in row.said.items() if name in PLACE}
        return Found(row.number, Verdict.WRONG, standing.called(values), None, {}, why[:500])


def _moves(found: Found) -> bool:
    return bool({name.value for name in PLACE} & set(found.said))
