"""A workbook made row by row: memory does not grow with it, and no cell of it is ever a formula."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from domain.kernel import formats

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a text may not begin with unmarked: a cell that is edited and saved as text would become a formula."""


NO_DATE = datetime(2000, 1, 1)  # noqa: DTZ001  Excel knows no zones
"""In every workbook, so that the same rows are the same bytes."""


class Type(enum.Enum):
    TEXT = "@"
    WHOLE = "0"
    AREA = "#,##0.00"
    MONEY = "#,##0.00 ₽"
    SHARE = "0.0 %"
    DAY = "dd.mm.yyyy"


@dataclass(frozen=True)
class Column:
    title: str
    type: Type = Type.TEXT
    width: int = 14


Value = str | int | Decimal | date | datetime | None


def write(columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, sheet: str) -> bytes:
    """The whole workbook: bold frozen heads, a filter over them, every column of its own type."""
    import xlsxwriter

    target = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"created": NO_DATE})
    page: Worksheet = book.add_worksheet(_sheet_name(sheet))
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    looks = [book.add_format({"num_format": column.type.value}) for column in columns]
    marked = book.add_format({"num_format": "@", "quote_prefix": True})
    page.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.title, head)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, (value, look) in enumerate(zip(row, looks, strict=True)):
            _put(page, last, place, value, look, marked)
    page.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return target.getvalue()


def _put(page: "Worksheet", row: int, place: int, value: Value, look: "Format", marked: "Format") -> None:
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(row, place, value[:32_000], marked if value.startswith(DANGEROUS) else look)
    elif isinstance(value, datetime):
        page.write_datetime(row, place, formats.here(value).replace(tzinfo=None), look)
    elif isinstance(value, date):
        page.write_datetime(row, place, value, look)
    else:
        page.write_number(row, place, value, look)


def _sheet_name(text: str) -> str:
    """Excel allows 31 letters and not these; an apostrophe not at the ends."""
    bare = "".join(letter for letter in text if letter not in "[]:*?/\\" and letter.isprintable())
    return bare.strip("' ")[:31].strip("' ") or "Лист"
