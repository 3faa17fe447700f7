"""A row filled from a body: names checked, values accepted, tabular sections replaced whole (FACTS 1.6)."""

import re
from typing import Any

from jobs.onec_demo.errors import BadRequest, Code, PropertyUnknown
from jobs.onec_demo.schema import Property, Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import GUID, accept, empty

BOUND = re.compile(rf"(\w+)\(guid'({GUID.pattern})'\)")
LONGEST_TABLE = 100_000


def blank(shape: Shape) -> Row:
    return {each.name: empty(each) for each in shape.properties} | {each.section: [] for each in shape.tables}


def fill(shape: Shape, row: Row, body: dict[str, Any], *, strict: bool) -> Row:
    """The row with the body's values in it; strict refuses names the set does not have."""
    changed = dict(row)
    for name, value in _given(shape, body).items():
        if table := shape.table(name):
            changed[name] = _lines(table, row["Ref_Key"], value, strict)
        elif shape.has(name):
            _put(changed, shape.named(name), value)
        elif strict:
            raise PropertyUnknown(name, shape.name)
    return changed


def _given(shape: Shape, body: dict[str, Any]) -> dict[str, Any]:
    """Names as the set knows them: `Склад@odata.bind` means `Склад_Key`, other annotations mean nothing."""
    given: dict[str, Any] = {}
    for name, value in body.items():
        if name.endswith("@odata.bind"):
            step = shape.navigation(name.removesuffix("@odata.bind"))
            given |= {step.name: _bound(step, value)} if step else {}
        elif "@" not in name and not name.startswith("odata."):
            given[name] = value
    return given


def _bound(step: Property, value: Any) -> str:
    found = BOUND.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1] != step.refers_to:
        raise BadRequest(Code.CANNOT_ASSIGN, f'Нельзя присвоить ссылку свойству "{step.navigation}".')
    return found[2].lower()


def _put(row: Row, of: Property, value: Any) -> None:
    if not of.written_by_1c:
        row[of.name] = accept(value, of)


def _lines(table: Shape, owner: str, value: Any, strict: bool) -> list[Row]:
    if (
        not isinstance(value, list)
        or len(value) > LONGEST_TABLE
        or not all(isinstance(each, dict) for each in value)
    ):
        raise BadRequest(Code.TABULAR_ROW, f'Табличная часть "{table.section}" должна быть массивом строк.')
    fresh = blank(table) | {"Ref_Key": owner}
    lines = [fill(table, fresh, each, strict=strict) for each in value]
    return [line | {"LineNumber": number} for number, line in enumerate(lines, start=1)]
