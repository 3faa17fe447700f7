"""Finding rows by what people remember: words by their beginnings in any order, a phone by either end.

Each condition has its index, so it costs the same among a thousand rows and among a million. The database's
function `words_of` (migration 0005) parts a text as `words` does here.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

from domain.kernel.db import ask, kept

SEPARATORS = "«»„“”\"'`.,;:!?()[]{}<>/\\|+*=&%#№@_-–—\t\n\r"
_TO_WORDS = str.maketrans("ё" + SEPARATORS, "е" + " " * len(SEPARATORS))
MOST_LOOKED_AT = 2_000
FEWEST_DIGITS = 4
NATIONAL_DIGITS = 10


def by_index(session: Session) -> None:
    """Until the transaction ends, no table is read from end to end, and plans are made for the words asked.

    How rare a word is that nobody has is not known to the planner; it would rather read everything from
    the newest on, which is right for a frequent word and ruinous for a rare one. A plan kept for any words
    cannot use the index of phones: it does not know with what they begin (measured: 13 ms instead of 0.2).
    """
    ask(session, _by_index(), {})


@kept
def _by_index() -> sa.Select[Any]:
    local = (("enable_seqscan", "off"), ("plan_cache_mode", "force_custom_plan"))
    return sa.select(*(sa.func.set_config(name, value, True) for name, value in local))


def answering(columns: sa.Select[Any], *conditions: ColumnElement[bool]) -> sa.Subquery:
    """Rows found by these conditions alone, before any other is tried; OFFSET 0 is the fence.

    Only so are they looked up in the index of words, and not among all rows of a person.
    """
    return columns.where(*conditions).offset(0).subquery("answering")


def some(found: sa.Select[Any]) -> sa.Select[Any]:
    """The first it comes across, unsorted, so an index on words can stop: of what is found in thousands
    nobody reads the last."""
    return found.limit(MOST_LOOKED_AT)


def words(text: str) -> list[str]:
    return text.lower().translate(_TO_WORDS).split()


class Sought(NamedTuple):
    """The parts of what a person typed, None where there is no such part.

    A statement is built once for all that have the same parts (see `parameters`), and asked with the values
    of each.
    """

    words: Any = None
    """A TSQUERY: every word begins some word of the text, in any order; «ё» is «е»."""
    digits: Any = None
    tail: Any = None
    """The end of a phone, backwards."""
    national: Any = None
    full: Any = None
    dialled: Any = None
    """The beginnings of a phone: after +7, after +, and after the 8 people dial."""

    @property
    def values(self) -> dict[str, str]:
        return {name: value for name, value in self._asdict().items() if value is not None}


def parameters(parts: Iterable[str]) -> Sought:
    """These parts by name, the values to come."""
    return Sought(**{name: sa.bindparam(name, type_=sa.String) for name in parts})


def sought(text: str) -> Sought:
    """Digits are looked for from FEWEST_DIGITS on."""
    asked = " & ".join(f"'{word}':*" for word in words(text)) or None
    digits = "".join(filter(str.isdigit, text))
    return (
        by_phone(digits)._replace(words=asked, digits=digits)
        if len(digits) >= FEWEST_DIGITS
        else Sought(asked)
    )


def by_phone(digits: str) -> Sought:
    """Phones that end in these digits, or begin with them after +7, after + or after the 8 people dial."""
    found = Sought(tail=digits[: -NATIONAL_DIGITS - 1 : -1])
    if len(digits) > NATIONAL_DIGITS:
        return found
    dialled = f"+7{digits[1:]}" if digits[0] in "78" else None
    return found._replace(national=f"+7{digits}", full=f"+{digits}", dialled=dialled)


def has_words(column: Any, asked: Any) -> ColumnElement[bool]:
    """The column answers to `Sought.words`; nothing to look for is not found."""
    if asked is None:
        return sa.false()
    return sa.func.words_of(column).op("@@", is_comparison=True)(sa.cast(asked, TSQUERY))


def has_phone(column: Any, asked: Sought) -> list[ColumnElement[bool]]:
    beginnings = (asked.national, asked.full, asked.dialled)
    found = [sa.func.reverse(column).startswith(asked.tail)] if asked.tail is not None else []
    return found + [column.startswith(one) for one in beginnings if one is not None]
