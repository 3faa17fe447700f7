"""Rows of a workbook as what they say of units, or a sentence about what is wrong with each."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, BinaryIO, TypeVar

from domain.estate.sheets import words
from domain.estate.sheets.columns import COLUMNS, DERIVED, Field, Heads, bare, understood
from domain.estate.sheets.opening import filled_rows, open_book
from domain.kernel.errors import Refused
from domain.kernel.money import LARGEST, rounded
from domain.kernel.text import _

LARGEST_AREA = Decimal(100_000)
LARGEST_CODE = 2**63 - 1
NO_PRICE = object()
"""Said in words: take the price away."""

Said = Any
Choice = TypeVar("Choice", bound=Enum)


class Unclear(Exception):
    """What stands in a cell can't be meant; the text is the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    said: Mapping[Field, Said]
    """What is not said is not here."""
    wrong: tuple[str, ...] = ()

    @property
    def code(self) -> int | None:
        return self.said.get(Field.CODE)


@dataclass(frozen=True)
class Reading:
    heads: Heads
    rows: list[Row] = field(default_factory=list)


def read(content: BinaryIO, name: str) -> Reading:
    """Raises Refused when nothing of it can be understood: then nothing of it is taken."""
    rows = filled_rows(open_book(content, name), name)
    heads = _heads(rows, name)
    found = [_row(number, cells, heads) for number, cells in rows]
    if not found:
        raise Refused(_("There is no row under the heads of the file “%(name)s”", name=name))
    return Reading(heads, found)


HEADS_WITHIN = 20
"""Rows from the top in which the heads are looked for: above them people write titles."""


def _heads(rows: Iterator[tuple[int, list[Any]]], name: str) -> Heads:
    for _number, cells in rows:
        heads = understood([str(cell) for cell in cells])
        if {Field.CODE, Field.NUMBER} & set(heads.places) and len(heads.places) > 1:
            _demand_clear(heads)
            return heads
        if _number > HEADS_WITHIN:
            break
    raise Refused(
        _(
            "There is no row of heads in the file “%(name)s”: take the stock out and fill in that file",
            name=name,
        )
    )


def _demand_clear(heads: Heads) -> None:
    if heads.twice:
        raise Refused(_("Columns that stand twice: %(columns)s", columns=", ".join(heads.twice)))


def _row(number: int, cells: list[Any], heads: Heads) -> Row:
    said: dict[Field, Said] = {}
    wrong: list[str] = []
    for column, place in heads.places.items():
        cell = cells[place] if place < len(cells) else ""
        if column in DERIVED or cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        try:
            said[column] = READERS[column](cell)
        except Unclear as why:
            wrong.append(f"{COLUMNS[column].title}: {why}")
    return Row(number, said, tuple(wrong))


def _text(longest: int) -> Callable[[Any], str]:
    def read_text(cell: Any) -> str:
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            raise Unclear(_("this is not a text"))
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        if not plain or len(plain) > longest:
            raise Unclear(_("at most %(longest)s letters", longest=longest))
        return plain

    return read_text


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read_whole(cell: Any) -> int:
        number = _number(cell)
        if number != number.to_integral_value() or not least <= number <= most:
            raise Unclear(_("a whole number from %(least)s to %(most)s", least=least, most=most))
        return int(number)

    return read_whole


def _area(cell: Any) -> Decimal:
    metres = rounded(_number(cell))
    if not 0 < metres <= LARGEST_AREA:
        raise Unclear(_("an area is more than 0 and at most %(most)s m²", most=LARGEST_AREA))
    return metres


def _price(cell: Any) -> Any:
    if isinstance(cell, str) and bare(cell) == words.NO_PRICE:
        return NO_PRICE
    amount = rounded(_number(cell))
    if amount < 0:
        raise Unclear(_("a price can't be negative"))
    if amount > LARGEST:
        raise Unclear(_("the price is too large"))
    return amount


def _number(cell: Any) -> Decimal:
    """A number as Excel keeps it, or as people type it into a text: spaces, a comma, a sign of roubles."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Unclear(_("this is not a number"))
    text = re.sub(r"\s|₽|руб\.?|м²", "", cell).replace(",", ".") if isinstance(cell, str) else repr(cell)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unclear(_("“%(text)s” is not a number", text=str(cell)[:40])) from None
    if not number.is_finite() or abs(number) > LARGEST * 1000:
        raise Unclear(_("“%(text)s” is not a number", text=str(cell)[:40]))
    return number


def _one_of(known: Mapping[Choice, str], also: Mapping[str, Choice]) -> Callable[[Any], Choice]:
    by_word = {bare(word): member for member, word in known.items()} | dict(also)

    def read_one(cell: Any) -> Choice:
        member = by_word.get(bare(str(cell)))
        if member is None:
            raise Unclear(
                _(
                    "“%(text)s” is unknown; there are: %(words)s",
                    text=str(cell)[:40],
                    words=", ".join(known.values()),
                )
            )
        return member

    return read_one


READERS: dict[Field, Callable[[Any], Said]] = {
    Field.CODE: _whole(1, LARGEST_CODE),
    Field.PROJECT: _text(200),
    Field.BUILDING: _text(100),
    Field.SECTION: _whole(1, 999),
    Field.FLOOR: _whole(-20, 300),
    Field.KIND: _one_of(words.KINDS, words.ALSO_KINDS),
    Field.NUMBER: _text(20),
    Field.ROOMS: _whole(0, 20),
    Field.AREA: _area,
    Field.LIVING: _area,
    Field.KITCHEN: _area,
    Field.FINISH: _one_of(words.FINISHES, words.ALSO_FINISHES),
    Field.AVAILABILITY: _one_of(words.AVAILABILITIES, words.ALSO_AVAILABILITIES),
    Field.PRICE: _price,
}
