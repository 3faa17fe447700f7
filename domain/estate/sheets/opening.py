"""A workbook somebody sent, opened with care: what it is, how much is in it, and only then its cells.

`files.examining` looks at what the archive is and how far it grows. Here is looked at how large its sheets
are: a reader that believes in a cell at XFD1048576 asks for more memory than there is.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from domain.files.examining import EXCEL, examine
from domain.kernel.errors import Refused
from domain.kernel.text import _

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MOST_ROWS, MOST_COLUMNS = 60_000, 64
BLOCK = 1024**2
OVERLAP = 4096
"""Bytes of a block seen again with the next one: a tag longer than this is not made by any program."""
CELLS = b"sheetData"
"""Without this tag a part of the archive holds no cells, whatever it is called."""
PLACE = re.compile(rb"<(?:[\w.-]+:)?(?:c|row)\s[^<>]{0,2000}?\br\s*=\s*[\"']\s*([A-Za-z]*)(\d*)")
ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
LONGEST_PLACE = 7


def open_book(content: BinaryIO, name: str) -> "CalamineWorkbook":
    """Raises Refused with a sentence for whatever is not an ordinary workbook of bearable size."""
    from python_calamine import CalamineWorkbook

    kind = examine(content, name)
    if kind is not EXCEL:
        raise Refused(_("The file “%(name)s” is not an Excel workbook (.xlsx)", name=name))
    content.seek(0)
    _demand_bearable(content, name)
    content.seek(0)
    try:
        return CalamineWorkbook.from_filelike(content)
    except BaseException as trouble:
        raise _unreadable(trouble, name) from trouble


def filled_rows(book: "CalamineWorkbook", name: str) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet that has any, by the numbers Excel shows; empty ones are left out."""
    try:
        sheets = (book.get_sheet_by_name(sheet) for sheet in book.sheet_names)
        filled = next((sheet for sheet in sheets if sheet.height), None)
        for number, row in enumerate(filled.iter_rows() if filled else (), start=1):
            if any(value not in ("", None) for value in row):
                yield number, row
    except GeneratorExit:
        raise
    except BaseException as trouble:
        raise _unreadable(trouble, name) from trouble


def _unreadable(trouble: BaseException, name: str) -> BaseException:
    """A reader in Rust may panic over a hostile file, which is no Exception; what is not its own goes on."""
    from python_calamine import CalamineError

    theirs = isinstance(trouble, CalamineError | ValueError | OSError | KeyError | IndexError)
    panicked = type(trouble).__name__ == "PanicException"
    if theirs or panicked:
        return Refused(
            _("The file “%(name)s” can't be read: open it in Excel and save it again as .xlsx", name=name)
        )
    return trouble


def _demand_bearable(content: BinaryIO, name: str) -> None:
    with zipfile.ZipFile(content) as archive:
        for part in archive.infolist():
            with archive.open(part) as stream:
                _measure(stream, name)


def _measure(stream: Any, name: str) -> None:
    """By what stands in it, not by what `dimension` says."""
    rows = cells_of_row = 0
    seen, is_sheet, first = b"", False, True
    while block := stream.read(BLOCK):
        both = seen + block
        is_sheet = is_sheet or CELLS in both or (first and _is_wide(block))
        first = False
        if is_sheet:
            pieces = [len(CELL.findall(piece)) for piece in ROW.split(block)]
            rows += len(pieces) - 1
            widest = (
                max(pieces[0] + cells_of_row, *pieces[1:]) if len(pieces) > 1 else pieces[0] + cells_of_row
            )
            cells_of_row = pieces[-1] if len(pieces) > 1 else widest
            far = any(not _is_near(letters, digits) for letters, digits in PLACE.findall(both))
            if far or rows > MOST_ROWS or widest > MOST_COLUMNS:
                raise _too_large(name)
        seen = block[-OVERLAP:]


def _is_wide(head: bytes) -> bool:
    """Letters of two bytes, in which no tag would be found."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))


def _is_near(letters: bytes, digits: bytes) -> bool:
    if len(letters) > 3 or len(digits) > LONGEST_PLACE:
        return False
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column <= MOST_COLUMNS and int(digits or b"0") <= MOST_ROWS


def _too_large(name: str) -> Refused:
    return Refused(
        _(
            "The file “%(name)s” is too large: at most %(rows)s rows and %(columns)s columns",
            name=name,
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
        )
    )
