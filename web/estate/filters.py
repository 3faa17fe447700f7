"""The board's filter as it stands in the address: whatever can't be read is left out, never an error."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TypeVar
from urllib.parse import urlencode

from litestar.datastructures import MultiDict

from domain.estate import Finish, UnitKind, UnitStatus
from domain.estate.chessboard import Filter

Choice = TypeVar("Choice", bound=Enum)
MILLION = 1_000_000
LARGEST = Decimal(1_000_000)

NARROWING = (
    "rooms",
    "price_from",
    "price_to",
    "area_from",
    "area_to",
    "floor_from",
    "floor_to",
    "finish",
    "status",
    "layout",
)
MOST_LAYOUTS = 40


def read(query: MultiDict[str]) -> Filter:
    """`price_*` are in millions of roubles, as people in the sales office speak."""
    return Filter(
        kind=next(iter(_choices(UnitKind, [query.get("kind", "")])), None),
        rooms=frozenset(int(text) for text in query.getall("rooms", []) if text in {"0", "1", "2", "3"}),
        price_from=_times(_number(query.get("price_from")), MILLION),
        price_to=_times(_number(query.get("price_to")), MILLION),
        area_from=_number(query.get("area_from")),
        area_to=_number(query.get("area_to")),
        floor_from=_floor(query.get("floor_from")),
        floor_to=_floor(query.get("floor_to")),
        finish=frozenset(_choices(Finish, query.getall("finish", []))),
        status=frozenset(_choices(UnitStatus, query.getall("status", []))),
        layout=frozenset(_numbers(query.getall("layout", [])[:MOST_LAYOUTS])),
    )


def toggled(query: MultiDict[str], name: str, value: str) -> str:
    """The address with one value of a filter switched: what a legend's button leads to."""
    pairs = kept(query)
    pair = (name, value)
    return "?" + urlencode([p for p in pairs if p != pair] if pair in pairs else [*pairs, pair])


def put(query: MultiDict[str], **wanted: object) -> str:
    """The address with these values in the place of what stood under their names; None takes away."""
    others = [(name, value) for name, value in kept(query) if name not in wanted]
    return "?" + urlencode([*others, *((name, value) for name, value in wanted.items() if value is not None)])


def of_kind(query: MultiDict[str], kind: str) -> str:
    """The board of another kind: what narrowed this one means nothing there."""
    others = [(name, value) for name, value in kept(query) if name in {"building", "view", "as_of"}]
    return "?" + urlencode([*others, ("kind", kind)])


def shared(query: MultiDict[str], building_id: int) -> MultiDict[str]:
    """What a board is drawn by: its building by number, and nothing of the unit open beside it."""
    others = [(name, value) for name, value in kept(query) if name not in {"building", "unit", "as_of"}]
    return MultiDict([("building", str(building_id)), *others])


def without_filters(query: MultiDict[str]) -> str:
    return "?" + urlencode([(name, value) for name, value in kept(query) if name not in NARROWING])


def without(query: MultiDict[str], *names: str) -> str:
    """The address of the same board without these."""
    return "?" + urlencode([(name, value) for name, value in kept(query) if name not in names])


def kept(query: MultiDict[str]) -> list[tuple[str, str]]:
    """What belongs to the board in the address, without empty fields of the form."""
    known = {*NARROWING, "building", "kind", "view", "floor", "unit", "as_of"}
    return [(name, value) for name, value in query.multi_items() if name in known and value]


def _choices(kind: type[Choice], texts: Iterable[str]) -> Iterable[Choice]:
    known = {member.value: member for member in kind}
    return [known[text] for text in texts if text in known]


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal((text or "").replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= LARGEST else None


def _floor(text: str | None) -> int | None:
    bare = (text or "").strip()
    return int(bare) if re.fullmatch(r"-?[0-9]{1,3}", bare) else None


def floor(query: MultiDict[str]) -> int | None:
    """The floor whose plan is looked at."""
    return _floor(query.get("floor"))


def _numbers(texts: Iterable[str]) -> Iterable[int]:
    return [int(text) for text in texts if re.fullmatch(r"[0-9]{1,18}", text)]


def _times(number: Decimal | None, factor: int) -> Decimal | None:
    return None if number is None else number * factor
