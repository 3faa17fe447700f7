"""Cells of the board, drawn once and kept by value: two thousand of them are one screen."""

from functools import lru_cache

from markupsafe import Markup, escape

from domain.estate import UnitKind, UnitStatus
from domain.estate.chessboard import Cell
from domain.kernel import formats
from domain.kernel.text import _, current_language

LOOK = {
    UnitStatus.FREE: "free",
    UnitStatus.BOOKED: "book",
    UnitStatus.CONTRACT: "deal",
    UnitStatus.SOLD: "sold",
    UnitStatus.OFF: "off",
}
"""The drawing's own names of the statuses."""
PRICED = {UnitStatus.FREE, UnitStatus.BOOKED, UnitStatus.CONTRACT}


def status_word(status: UnitStatus) -> str:
    return {
        UnitStatus.FREE: _("free"),
        UnitStatus.BOOKED: _("booked"),
        UnitStatus.CONTRACT: _("under contract"),
        UnitStatus.SOLD: _("sold"),
        UnitStatus.OFF: _("not for sale"),
    }[status]


def status_mark(status: UnitStatus) -> str:
    """The second sign beside colour."""
    return {UnitStatus.BOOKED: _("Bk"), UnitStatus.CONTRACT: _("Ct")}.get(status, "")


def kind_word(kind: UnitKind) -> str:
    return {
        UnitKind.FLAT: _("Flat"),
        UnitKind.PARKING: _("Parking place"),
        UnitKind.STORAGE: _("Storage room"),
        UnitKind.COMMERCIAL: _("Commercial room"),
    }[kind]


def rooms_word(rooms: int) -> str:
    return _("studio") if rooms == 0 else _("%(rooms)s-room", rooms=rooms)


def sign(cell: Cell) -> str:
    """What stands first on the cell: the rooms of a flat, the letters of anything else."""
    if cell.kind is UnitKind.FLAT:
        return _("St") if cell.rooms == 0 else _("%(rooms)sr", rooms=cell.rooms)
    return {UnitKind.PARKING: _("Pk"), UnitKind.STORAGE: _("Sr"), UnitKind.COMMERCIAL: _("Com")}[cell.kind]


def draw(cell: Cell, *, outside: bool) -> Markup:
    """The cell as HTML. Equal cells are the same text, whoever asks."""
    return _drawn(cell, outside, current_language())


@lru_cache(maxsize=200_000)
def _drawn(cell: Cell, outside: bool, _language: str) -> Markup:
    """Kept by value and language; every text in it is escaped here."""
    look = LOOK[cell.status]
    said = ", ".join(
        [
            f"{kind_word(cell.kind)} {cell.number}",
            *([rooms_word(cell.rooms)] if cell.kind is UnitKind.FLAT else []),
            formats.area(cell.area),
            _("floor %(floor)s", floor=cell.floor),
            status_word(cell.status),
            *([formats.money(cell.price)] if cell.status in PRICED else []),
        ]
    )
    return Markup(  # noqa: S704
        f'<a role="gridcell" id="unit-{cell.id}" class="u s-{look}{" no" if outside else ""}" '
        f'data-status="{cell.status.value}" href="/units/{cell.id}" tabindex="-1" '
        f'aria-label="{escape(said)}">'
        f"<b>{escape(sign(cell))}</b><i>{formats.area_bare(cell.area)}</i>{_foot(cell)}</a>"
    )


def _foot(cell: Cell) -> str:
    if cell.status in PRICED and cell.price is not None:
        return f"<em>{formats.millions(cell.price)}{_mark(cell.status)}</em>"
    word = status_word(cell.status) if cell.status is UnitStatus.SOLD else "—"
    return f"<em><span>{escape(word)}</span></em>"


def _mark(status: UnitStatus) -> str:
    mark = status_mark(status)
    return f'<span class="mk">{escape(mark)}</span>' if mark else ""
