"""Rows filtered, ordered and cut into a page the way 1C does it."""

import random
from collections.abc import Callable
from functools import cache
from typing import Any

from jobs.onec_demo.base import Base
from jobs.onec_demo.errors import BadRequest, Code
from jobs.onec_demo.query.meaning import Meaning, Rules
from jobs.onec_demo.query.options import Options
from jobs.onec_demo.query.terms import Kind, Rows
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.store import Row

CAP = 1000


def pick(base: Base, shape: Shape, rows: list[Row], options: Options) -> tuple[list[Row], int]:
    """The page asked for, and how many rows there are in all."""
    found = _filtered(base, shape, rows, options)
    if options.paged and base.quirks["orderless_paging_loses_rows"]:
        random.Random(next(base.turns)).shuffle(found)  # noqa: S311 - repeatable disorder
    found = _ordered(base, shape, found, options)
    return _page(base, found, options), len(found)


def count(base: Base, shape: Shape, rows: list[Row], options: Options) -> int:
    return len(_filtered(base, shape, rows, options))


def _filtered(base: Base, shape: Shape, rows: list[Row], options: Options) -> list[Row]:
    if not options.text("$filter"):
        return list(rows)
    predicate = _meaning(base, shape).predicate(options.text("$filter"))
    return [row for row in rows if predicate(row)]


def _ordered(base: Base, shape: Shape, rows: list[Row], options: Options) -> list[Row]:
    """The last key first: each sort keeps the order the next one leaves equal."""
    if not options.text("$orderby"):
        return rows
    for part in reversed(options.text("$orderby").split(",")):
        path, _, direction = part.strip().partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise BadRequest(
                Code.QUERY_OPTIONS, f'Неизвестное направление сортировки "{direction.strip()[:30]}".'
            )
        rows = sorted(rows, key=_sort_key(base, shape, path), reverse=direction.strip() == "desc")
    return rows


def _sort_key(base: Base, shape: Shape, path: str) -> Callable[[Row], Any]:
    term = _meaning(base, shape).path(tuple(path.split("/")))
    if term.kind is Kind.GUID:
        return lambda row: _guid_order(term.value({"": row}))
    if term.kind is Kind.REFERENCE:
        return lambda row: (term.value({"": row}).type, term.value({"": row}).key)
    return lambda row: term.value({"": row})


def _guid_order(guid: str) -> list[str]:
    """Reproducible, but not the order of the text (FACTS 1.5): groups are compared from the end."""
    groups = guid.split("-")
    return [*groups[3:], *reversed(groups[:3])]


def _page(base: Base, rows: list[Row], options: Options) -> list[Row]:
    skip, top = options.number("$skip") or 0, options.number("$top")
    if base.quirks["top_capped"]:
        top = min(CAP if top is None else top, CAP)
    return rows[skip:] if top is None else rows[skip : skip + top]


def _meaning(base: Base, shape: Shape) -> Meaning:
    rules = Rules(
        guid_order_refused=base.quirks["guid_order_refused"],
        composite_needs_cast=base.quirks["composite_needs_cast"],
    )
    return Meaning(base.schema, _remembered(base.store.get), rules, {"": shape})


def _remembered(lookup: Rows) -> Rows:
    return cache(lookup)
