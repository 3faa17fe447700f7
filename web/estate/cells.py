"""Cells of the board, drawn by hand and not by a template: two thousand of them are one screen."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from domain.estate import Finish, UnitKind, UnitStatus
from domain.estate.chessboard import Cell
from domain.estate.grid import covered
from domain.kernel import formats
from domain.kernel.text import _, current_language
from web.templating import fast_escape

LOOK = {
    UnitStatus.FREE: "free",
    UnitStatus.BOOKED: "book",
    UnitStatus.CONTRACT: "deal",
    UnitStatus.SOLD: "sold",
    UnitStatus.OFF: "off",
}
"""The drawing's own names of the statuses."""
PRICED = {UnitStatus.FREE, UnitStatus.BOOKED, UnitStatus.CONTRACT}


STATUS_WORDS: dict[UnitStatus, Callable[[], str]] = {
    UnitStatus.FREE: lambda: _("free"),
    UnitStatus.BOOKED: lambda: _("booked"),
    UnitStatus.CONTRACT: lambda: _("under contract"),
    UnitStatus.SOLD: lambda: _("sold"),
    UnitStatus.OFF: lambda: _("not for sale"),
}
MARKS: dict[UnitStatus, Callable[[], str]] = {
    UnitStatus.BOOKED: lambda: _("Bk"),
    UnitStatus.CONTRACT: lambda: _("Ct"),
}
LETTERS: dict[UnitStatus, Callable[[], str]] = {
    UnitStatus.FREE: lambda: _("Fr"),
    UnitStatus.SOLD: lambda: _("Sd"),
    UnitStatus.OFF: lambda: _("No"),
    **MARKS,
}
"""Each status has a letter where colours stand in rows, and not beside each other."""
FINISH_WORDS: dict[Finish, Callable[[], str]] = {
    Finish.NONE: lambda: _("No finish"),
    Finish.ROUGH: lambda: _("Rough"),
    Finish.PRE_FINE: lambda: _("Pre-fine"),
    Finish.FINE: lambda: _("Fine"),
}
KIND_WORDS: dict[UnitKind, Callable[[], str]] = {
    UnitKind.FLAT: lambda: _("Flat"),
    UnitKind.PARKING: lambda: _("Parking place"),
    UnitKind.STORAGE: lambda: _("Storage room"),
    UnitKind.COMMERCIAL: lambda: _("Commercial room"),
}
KINDS_WORDS: dict[UnitKind, Callable[[], str]] = {
    UnitKind.FLAT: lambda: _("All flats"),
    UnitKind.PARKING: lambda: _("Parking"),
    UnitKind.STORAGE: lambda: _("Storage"),
    UnitKind.COMMERCIAL: lambda: _("Commercial rooms"),
}
KIND_SIGNS: dict[UnitKind, Callable[[], str]] = {
    UnitKind.COMMERCIAL: lambda: _("Com"),
}


def status_word(status: UnitStatus) -> str:
    return STATUS_WORDS[status]()


def status_mark(status: UnitStatus) -> str:
    """The second sign beside colour."""
    return MARKS[status]() if status in MARKS else ""


def status_letter(status: UnitStatus) -> str:
    return LETTERS[status]()


def finish_word(finish: Finish) -> str:
    return FINISH_WORDS[finish]()


def kind_word(kind: UnitKind) -> str:
    return KIND_WORDS[kind]()


def kinds_word(kind: UnitKind) -> str:
    return KINDS_WORDS[kind]()


def rooms_word(rooms: int) -> str:
    return _("studio") if rooms == 0 else _("%(rooms)s-room", rooms=rooms)


def floors(cell: Cell) -> str:
    """5, or 5–6 for a unit of two floors."""
    return _floors(cell.floor, cell.storeys)


def _floors(floor: int, storeys: int) -> str:
    lowest = formats.number(floor) if floor < 0 else str(floor)
    return lowest if storeys == 1 else f"{lowest}–{covered(floor, storeys)[-1]}"


def under(cell: Cell) -> str:
    """The second line of a label: its price while it has one, else its area."""
    words = _words_of(cell)
    said = formats.millions(cell.price) if words.priced and cell.price else formats.area_bare(cell.area)
    return f"{words.sign} · {said}" if cell.kind is UnitKind.FLAT else said


class Words(NamedTuple):
    """What is said of every cell of one look; the short ones stand on it, the others are for the ear."""

    kind: str
    rooms: str
    place: str
    """What stands after the number of the area: metres, the floor, the status."""
    promotion: str
    sign: str
    """The rooms of a flat or the letters of a shop; of a place its number stands first."""
    mark: str
    """The second sign beside colour."""
    look: str
    """Its attributes."""
    priced: bool
    unpriced: str


def _words_of(cell: Cell) -> Words:
    return _words(
        current_language(), cell.kind, cell.rooms, cell.floor, cell.storeys, cell.status, cell.badge
    )  # fmt: skip


@lru_cache(maxsize=4_096)
def _words(
    _language: str, kind: UnitKind, rooms: int, floor: int, storeys: int, status: UnitStatus, badge: str
) -> Words:
    """Remembered: a board of thousands says the same few hundred, and saying costs more than drawing."""
    flat, reach = kind is UnitKind.FLAT, _floors(floor, storeys)
    floor_word = _("floor %(floor)s", floor=reach) if storeys == 1 else _("floors %(floors)s", floors=reach)
    short = _("St") if rooms == 0 else _("%(rooms)sr", rooms=rooms)
    metres = formats.NBSP + _("m²")
    promotion = ", " + _("promotion: %(badge)s", badge=badge) if badge else ""
    mark = "%" if badge else status_mark(status)
    tall = f'" aria-rowspan="{storeys}' if storeys > 1 else ""
    return Words(
        kind=kind_word(kind),
        rooms=f", {rooms_word(rooms)}" if flat else "",
        place=f"{metres}, {floor_word}, {status_word(status)}",
        promotion=promotion,
        sign=short if flat else KIND_SIGNS[kind]() if kind in KIND_SIGNS else "",
        mark=f'<span class="mk">{fast_escape(mark)}</span>' if mark else "",
        look=f'class="u s-{LOOK[status]}{tall and f" u{storeys}"}" data-status="{status.value}{tall}"',
        priced=status in PRICED,
        unpriced=f"<span>{fast_escape(status_word(status) if status is UnitStatus.SOLD else '—')}</span>",
    )


def told(cell: Cell) -> str:
    """The unit in words, for the ear."""
    return _told(cell, _words_of(cell), formats.area_bare(cell.area))


def _told(cell: Cell, words: Words, area: str) -> str:
    price = f", {formats.money(cell.price)}" if words.priced else ""
    return f"{words.kind} {cell.number}{words.rooms}, {area}{words.place}{price}{words.promotion}"


def draw(cell: Cell, *, asked: str = "") -> str:
    """The cell as HTML in the current language; every text in it is escaped here but the query `asked`."""
    words, area = _words_of(cell), formats.area_bare(cell.area)
    if words.priced and cell.price is not None:
        foot = formats.millions(cell.price) + words.mark
    else:
        foot = words.unpriced
    return (
        f'<a role="gridcell" id="unit-{cell.id}" {words.look} href="/units/{cell.id}{asked}" tabindex="-1" '
        f'aria-label="{fast_escape(_told(cell, words, area))}">'
        f"<b>{fast_escape(words.sign or f'№ {cell.number}')}</b><i>{area}</i><em>{foot}</em></a>"
    )


def hollow(drawn: str) -> str:
    """The same cell outside the filter."""
    return drawn.replace('" data-status', ' no" data-status', 1)


def wide(drawn: str, columns: int) -> str:
    """The same cell over several columns."""
    return drawn.replace('class="u', f'class="u x{columns}', 1) if columns > 1 else drawn
