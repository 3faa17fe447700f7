"""Finding rows by what people remember: words by their beginnings in any order, a phone by either end.

Each condition has its index, so it costs the same among a thousand rows and among a million. The database's
function `words_of` (migration 0005) parts a text as `words` does here.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

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
    local = (("enable_seqscan", "off"), ("plan_cache_mode", "force_custom_plan"))
    session.execute(sa.select(*(sa.func.set_config(name, value, True) for name, value in local)))


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


def has_words(column: Any, text: str) -> ColumnElement[bool]:
    """Every word of the text begins some word of the column; «ё» is «е». Nothing to look for is not found."""
    asked = " & ".join(f"'{word}':*" for word in words(text))
    if not asked:
        return sa.false()
    return sa.func.words_of(column).op("@@", is_comparison=True)(sa.cast(sa.literal(asked), TSQUERY))


def has_phone(column: Any, digits: str) -> list[ColumnElement[bool]]:
    """Phones that end in these digits, or begin with them after +7, after + or after the 8 people dial."""
    beginnings = [f"+7{digits}", f"+{digits}", *([f"+7{digits[1:]}"] if digits[0] in "78" else [])]
    found = [sa.func.reverse(column).startswith(digits[: -NATIONAL_DIGITS - 1 : -1])]
    if len(digits) <= NATIONAL_DIGITS:
        found += [column.startswith(beginning) for beginning in beginnings]
    return found
