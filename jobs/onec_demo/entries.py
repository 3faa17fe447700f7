"""A row on its way out: what of it is shown, with its references opened and named."""

from dataclasses import dataclass
from typing import Any

from jobs.onec_demo.base import Base
from jobs.onec_demo.query.options import Options
from jobs.onec_demo.query.selection import PRESENTATION, Expansion, Selection, everything, expand, select
from jobs.onec_demo.schema import NAMESPACE, Edm, Property, Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import EMPTY_GUID, as_text
from jobs.onec_demo.words import words


@dataclass(frozen=True)
class Entry:
    shape: Shape
    row: Row
    selection: Selection
    presentations: dict[str, str]
    expanded: dict[str, "Entry | None"]

    def properties(self) -> list[tuple[Property, Any]]:
        return [
            (each, self.row[each.name])
            for each in self.shape.properties
            if each.name in self.selection.properties
        ]

    def tables(self) -> list[tuple[Shape, list[list[tuple[Property, Any]]]]]:
        return [
            (table, self._lines(table))
            for table in self.shape.tables
            if table.section in self.selection.tables
        ]

    def links(self) -> list[str]:
        """Filled references that may be followed."""
        shown = [each for each, value in self.properties() if each.navigation and value != EMPTY_GUID]
        return [each.navigation for each in shown]

    @property
    def address(self) -> str:
        return f"{self.shape.name}({key(self.shape, self.row)})"

    def _lines(self, table: Shape) -> list[list[tuple[Property, Any]]]:
        columns = [each for each in table.properties if each.name in self.selection.tables[table.section]]
        return [[(each, line[each.name]) for each in columns] for line in self.row[table.section]]


def entries(base: Base, shape: Shape, rows: list[Row], options: Options, *, one: bool) -> list[Entry]:
    selection = select(shape, options.text("$select"))
    expansions = expand(shape, options.text("$expand"), one=one)
    return [_entry(base, shape, row, selection, expansions) for row in rows]


def whole(shape: Shape, row: Row) -> Entry:
    return Entry(shape, row, everything(shape), {}, {})


def presentation(base: Base, set_name: str, key: str) -> str:
    """The words 1C shows for a reference."""
    if key == EMPTY_GUID or not key:
        return ""
    row = base.store.get(set_name, key)
    return name_of(set_name, row) if row else f"<Объект не найден> ({key})"


def name_of(set_name: str, row: Row) -> str:
    if "Number" in row:
        return f"{words(set_name.partition('_')[2])} {row['Number']} от {_russian(row['Date'])}"
    return str(row.get("Description", ""))


def key(shape: Shape, row: Row) -> str:
    if shape.section:
        return f"Ref_Key=guid'{row['Ref_Key']}',LineNumber={row['LineNumber']}"
    return f"guid'{row['Ref_Key']}'"


def _entry(
    base: Base, shape: Shape, row: Row, selection: Selection, expansions: tuple[Expansion, ...]
) -> Entry:
    presented = {each: _presented(base, shape, row, each) for each in selection.presentations}
    return Entry(
        shape,
        row,
        selection,
        presented,
        {each.step.navigation or each.step.name: _open(base, row, each) for each in expansions},
    )


def _open(base: Base, row: Row, expansion: Expansion) -> Entry | None:
    if expansion.step.composite and row[f"{expansion.step.name}_Type"] != f"{NAMESPACE}.{expansion.target}":
        return None
    if expansion.target not in base.schema:
        return None
    found = base.store.get(expansion.target, row[expansion.step.name])
    return whole(base.schema.get(expansion.target), found) if found else None


def _presented(base: Base, shape: Shape, row: Row, part: str) -> str:
    name = part.removesuffix(PRESENTATION)
    if name in ("", "Ref", "Ref_Key"):
        return name_of(shape.name, row)
    if step := shape.navigation(name.removesuffix("_Key")):
        return presentation(base, step.refers_to, row[step.name])
    of = shape.named(name)
    if of.composite:
        return presentation(base, row[f"{name}_Type"].partition(".")[2], row[name])
    return _russian(row[name]) if of.type is Edm.DATETIME else words(as_text(row[name]))


def _russian(moment: str) -> str:
    date, _, time = moment.partition("T")
    return f"{'.'.join(reversed(date.split('-')))} {time}"
