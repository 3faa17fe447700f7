"""Cells of the board, drawn by hand and not by a template: two thousand of them are one screen."""

from collections.abc import Callable

from domain.estate import UnitKind, UnitStatus
from domain.estate.chessboard import Cell
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
KIND_WORDS: dict[UnitKind, Callable[[], str]] = {
    UnitKind.FLAT: lambda: _("Flat"),
    UnitKind.PARKING: lambda: _("Parking place"),
    UnitKind.STORAGE: lambda: _("Storage room"),
    UnitKind.COMMERCIAL: lambda: _("Commercial room"),
}
KIND_SIGNS: dict[UnitKind, Callable[[], str]] = {
    UnitKind.PARKING: lambda: _("Pk"),
    UnitKind.STORAGE: lambda: _("Sr"),
    UnitKind.COMMERCIAL: lambda: _("Com"),
}


def status_word(status: UnitStatus) -> str:
    return STATUS_WORDS[status]()


def status_mark(status: UnitStatus) -> str:
    """The second sign beside colour."""
    return MARKS[status]() if status in MARKS else ""


def kind_word(kind: UnitKind) -> str:
    return KIND_WORDS[kind]()


def rooms_word(rooms: int) -> str:
    return _("studio") if rooms == 0 else _("%(rooms)s-room", rooms=rooms)


def sign(cell: Cell) -> str:
    """What stands first on the cell: the rooms of a flat, the letters of anything else."""
    if cell.kind is UnitKind.FLAT:
        return _("St") if cell.rooms == 0 else _("%(rooms)sr", rooms=cell.rooms)
    return KIND_SIGNS[cell.kind]()


def draw(cell: Cell) -> str:
    """The cell as HTML in the current language; every text in it is escaped here."""
    status, price, area = cell.status, cell.price, formats.area_bare(cell.area)
    said = [f"{kind_word(cell.kind)} {cell.number}"]
    if cell.kind is UnitKind.FLAT:
        said.append(rooms_word(cell.rooms))
    said += [formats.area(cell.area), _("floor %(floor)s", floor=cell.floor), status_word(status)]
    if status in PRICED:
        said.append(formats.money(price))
    if cell.badge:
        said.append(_("promotion: %(badge)s", badge=cell.badge))
    return (
        f'<a role="gridcell" id="unit-{cell.id}" class="u s-{LOOK[status]}" data-status="{status.value}" '
        f'href="/units/{cell.id}" tabindex="-1" aria-label="{fast_escape(", ".join(said))}">'
        f"<b>{fast_escape(sign(cell))}</b><i>{area}</i>{_foot(cell)}</a>"
    )


def hollow(drawn: str) -> str:
    """The same cell outside the filter."""
    return drawn.replace('" data-status', ' no" data-status', 1)


def _foot(cell: Cell) -> str:
    if cell.status in PRICED and cell.price is not None:
        return f"<em>{formats.millions(cell.price)}{_mark(cell)}</em>"
    word = status_word(cell.status) if cell.status is UnitStatus.SOLD else "—"
    return f"<em><span>{fast_escape(word)}</span></em>"


def _mark(cell: Cell) -> str:
    mark = "%" if cell.badge else status_mark(cell.status)
    return f'<span class="mk">{fast_escape(mark)}</span>' if mark else ""
