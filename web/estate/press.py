"""The board printed once an edition: everyone who asks at the same address gets the same sheet.

Nothing personal stands on it: it is drawn without a person or a request. A building that changed, or whose
first booking ended, is drawn anew by one thread while the others who want it wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar.datastructures import MultiDict
from markupsafe import Markup
from sqlmodel import Session

from domain.estate import UnitKind, UnitStatus
from domain.estate.chessboard import Board, Cell, Edition
from domain.estate.drawings import layouts
from domain.estate.drawings.reading import TODAY, Source
from domain.estate.pricing.board import promoted
from domain.kernel.text import current_language
from web.compression import pack
from web.estate import cells, filters, floors
from web.holes import Printed
from web.shelf import Shelf
from web.templating import environment

VIEWS = ("board", "list", "floor", "layouts")
ROOM = 5 * 1024 * 1024
"""Bytes for drawn buildings: two with two thousand units each."""
ROOM_FOR_SHEETS = 3 * 1024 * 1024
"""Of sheets with two thousand units about fifty, since they are kept packed."""
SHEET_WEIGHS = 1_000
CELL_WEIGHS = 1_200
GAP = '<span class="gap" role="gridcell"></span>'


@dataclass(frozen=True)
class Drawing:
    """A building drawn in one language: its board, and the HTML of every cell."""

    edition: Edition
    board: Board
    cells: dict[int, str]

    @property
    def until(self) -> datetime | None:
        return self.board.until

    @property
    def weight(self) -> int:
        return CELL_WEIGHS * len(self.cells)

    def line(
        self,
        there: list[Cell],
        matching: frozenset[int] | None,
        gaps: tuple[int, ...] = (),
        spans: tuple[int, ...] = (),
    ) -> Markup:
        """These cells side by side, see `grid.Line`; those outside the filter are hollow."""
        drawn = [self.cells[cell.id] for cell in there]
        if matching is not None:
            drawn = [
                one if cell.id in matching else cells.hollow(one)
                for cell, one in zip(there, drawn, strict=True)
            ]
        if spans:
            drawn = list(map(cells.wide, drawn, spans))
        if gaps:
            drawn = [GAP * before + one for before, one in zip(gaps, drawn, strict=True)]
        return Markup("".join(drawn))  # noqa: S704


@dataclass(frozen=True)
class Sheet(Printed):
    """The region under the filters."""

    edition: Edition
    until: datetime | None
    kind: UnitKind = UnitKind.FLAT
    """Whose board it is."""

    @property
    def weight(self) -> int:
        return SHEET_WEIGHS + len(self.part.blocks)


sheets: Shelf[Sheet] = Shelf(ROOM_FOR_SHEETS)
drawings: Shelf[Drawing] = Shelf(ROOM)
shelves: list[Shelf[Any]] = [sheets, drawings]
"""Of this process; whoever keeps drawings elsewhere adds theirs."""


def sheet(session: Session, edition: Edition, path: str, query: MultiDict[str], *, now: datetime) -> Sheet:
    """The region for this address. `edition` was read before, in this session's view or an earlier one."""
    asked = filters.shared(query, edition.building_id)
    key = (path, *asked.multi_items(), current_language())
    return sheets.take(key, edition, lambda: _printed(session, edition, path, asked, now=now), now=now)


def _printed(session: Session, edition: Edition, path: str, query: MultiDict[str], *, now: datetime) -> Sheet:
    drawing = drawings.take(
        (edition.building_id, current_language()), edition, lambda: _drawn(session, edition, now=now), now=now
    )
    return printed(session, drawing, path, query)


def printed(
    session: Session,
    drawing: Drawing,
    path: str,
    query: MultiDict[str],
    *,
    asked: str = "",
    source: Source = TODAY,
) -> Sheet:
    """The region of a drawn building. `asked` goes after the addresses of its units and plans; a board that
    is asked about a past day does not look again."""
    wanted, shown = filters.read(query), view(query)
    board = drawing.board.narrowed(wanted)
    html = (
        environment()
        .get_template("estate/_board.html")
        .render(
            board=board,
            drawing=drawing,
            cells=cells,
            wanted=wanted,
            view=shown,
            drawn=VIEWED[shown](session, board, query, source) if shown in VIEWED else None,
            statuses=list(UnitStatus),
            toggled=lambda name, value: filters.toggled(query, name, value),
            put=lambda **values: filters.put(query, **values),
            of_kind=lambda kind: filters.of_kind(query, kind),
            reset=filters.without_filters(query),
            here=f"{path}?{urlencode(list(query.multi_items()))}",
            asked=asked,
        )
    )
    return Sheet(pack(html.encode()), drawing.edition, drawing.until, board.kind)


def _drawn(session: Session, edition: Edition, *, now: datetime) -> Drawing:
    return drawn(edition, promoted(session, edition.building_id, now=now))


def drawn(edition: Edition, board: Board, *, asked: str = "") -> Drawing:
    return Drawing(edition, board, {cell.id: cells.draw(cell, asked=asked) for cell in board.units})


VIEWED: dict[str, Callable[[Session, Board, MultiDict[str], Source], object]] = {
    "floor": lambda session, board, query, source: floors.storey(
        session, board, filters.floor(query), source
    ),
    "layouts": lambda session, board, _query, source: layouts.cards(session, board, source),
}
"""What a view is drawn from besides the units; its tables leave marks as theirs do."""


def forget() -> None:
    """Draw everything anew: for a process that is pointed at another database."""
    for shelf in shelves:
        shelf.clear()


def view(query: MultiDict[str]) -> str:
    asked = query.get("view", "")
    return asked if asked in VIEWS else "board"
