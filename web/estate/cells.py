"""Cells of the board, drawn by hand and not by a template: two thousand of them are one screen."""

from collections.abc import Callable

from domain.estate import Finish, UnitKind, UnitStatus
from domain.estate.chessboard import Cell
from domain.estate.grid import covered
from domain.kernel import formats
from domain.kernel.text import _
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


def sign(cell: Cell) -> str:
    """What stands first on the cell: the rooms of a flat, the number of a place, the letters of a shop."""
    if cell.kind is UnitKind.FLAT:
        return _("St") if cell.rooms == 0 else _("%(rooms)sr", rooms=cell.rooms)
    return KIND_SIGNS[cell.kind]() if cell.kind in KIND_SIGNS else f"№ {cell.number}"


def floors(cell: Cell) -> str:
    """5, or 5–6 for a unit of two floors."""
    lowest = formats.number(cell.floor) if cell.floor < 0 else str(cell.floor)
    return lowest if cell.storeys == 1 else f"{lowest}–{covered(cell.floor, cell.storeys)[-1]}"


def under(cell: Cell) -> str:
    """The second line of a label: its price while it has one, else its area."""
    priced = cell.status in PRICED and cell.price is not None
    said = formats.millions(cell.price) if priced and cell.price else formats.area_bare(cell.area)
    return f"{sign(cell)} · {said}" if cell.kind is UnitKind.FLAT else said


def floor_word(cell: Cell) -> str:
    if cell.storeys == 1:
        return _("floor %(floor)s", floor=floors(cell))
    return _("floors %(floors)s", floors=floors(cell))


def told(cell: Cell) -> str:
    """The unit in words, for the ear."""
    said = [f"{kind_word(cell.kind)} {cell.number}"]
    if cell.kind is UnitKind.FLAT:
        said.append(rooms_word(cell.rooms))
    said += [formats.area(cell.area), floor_word(cell), status_word(cell.status)]
    if cell.status in PRICED:
        said.append(formats.money(cell.price))
    if cell.badge:
        said.append(_("promotion: %(badge)s", badge=cell.badge))
    return ", ".join(said)


def draw(cell: Cell, *, asked: str = "") -> str:
    """The cell as HTML in the current language; every text in it is escaped here but the query `asked`."""
    status, area = cell.status, formats.area_bare(cell.area)
    tall = f'" aria-rowspan="{cell.storeys}' if cell.storeys > 1 else ""
    return (
        f'<a role="gridcell" id="unit-{cell.id}" class="u s-{LOOK[status]}{tall and f" u{cell.storeys}"}" '
        f'data-status="{status.value}{tall}" href="/units/{cell.id}{asked}" tabindex="-1" '
        f'aria-label="{fast_escape(told(cell))}"><b>{fast_escape(sign(cell))}</b><i>{area}</i>{_foot(cell)}</a>'
    )


def hollow(drawn: str) -> str:
    """The same cell outside the filter."""
    return drawn.replace('" data-status', ' no" data-status', 1)


def wide(drawn: str, columns: int) -> str:
    """The same cell over several columns."""
    return drawn.replace('class="u', f'class="u x{columns}', 1)


def _foot(cell: Cell) -> str:
    if cell.status in PRICED and cell.price is not None:
        return f"<em>{formats.millions(cell.price)}{_mark(cell)}</em>"
    word = status_word(cell.status) if cell.status is UnitStatus.SOLD else "—"
    return f"<em><span>{fast_escape(word)}</span></em>"


def _mark(cell: Cell) -> str:
    mark = "%" if cell.badge else status_mark(cell.status)
    return f'<span class="mk">{fast_escape(mark)}</span>' if mark else ""
