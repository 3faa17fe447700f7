"""The board printed once an edition: everyone who asks at the same address gets the same sheet.

Nothing personal stands on it: it is drawn without a person or a request. A building that changed, or whose
first booking ended, is drawn anew by one thread while the others who want it wait.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
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
from web import compression
from web.estate import cells, filters, floors
from web.templating import environment

VIEWS = ("board", "list", "floor", "layouts")
ROOM = 6 * 1024 * 1024
"""Bytes for sheets, and as many for drawn buildings: of these two with two thousand units each."""
HOLE = Markup("<!-- the sheet -->")
"""Left in a page for what is printed already: nothing a person wrote can look like it."""
CELL_WEIGHS = 1_200
GAP = '<span class="gap" role="gridcell"></span>'
LOCKS = 16


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
class Sheet:
    """The region under the filters as bytes, and packed for browsers that asked."""

    edition: Edition
    until: datetime | None
    html: bytes
    kind: UnitKind = UnitKind.FLAT
    """Whose board it is."""
    packed: dict[str, bytes] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return len(self.html)

    @cached_property
    def blocks(self) -> bytes:
        return compression.blocks(self.html)

    def pack(self, accepted: str, before: bytes = b"", after: bytes = b"") -> tuple[bytes, str | None]:
        """The region, or a page of it and what stands around it, for a browser that offers these encodings;
        and the encoding chosen. The region alone is packed once, and in gzip once for all pages."""
        codec = compression.choose(accepted)
        if codec is None:
            return before + self.html + after, None
        name, squeeze = codec
        if name == "gzip":
            return compression.gzip_around(before, self.html, after, packed=self.blocks), name
        if before or after:
            return squeeze(before + self.html + after), name
        if name not in self.packed:
            self.packed[name] = squeeze(self.html)
        return self.packed[name], name


class Kept(Protocol):
    @property
    def edition(self) -> object: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def weight(self) -> int: ...


Thing = TypeVar("Thing", bound=Kept)


class Shelf(Generic[Thing]):
    """The things asked for last, as many as there is room for."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._things: OrderedDict[object, Thing] = OrderedDict()
        self._weight = 0
        self._lock = Lock()
        self._makers = [Lock() for _ in range(LOCKS)]

    def take(self, key: object, edition: object, make: Callable[[], Thing], *, now: datetime) -> Thing:
        """The thing of this edition; made by whoever comes first, the others wait."""
        with self._makers[hash(key) % LOCKS]:
            with self._lock:
                kept = self._things.get(key)
                if kept is not None and kept.edition == edition and (kept.until is None or now < kept.until):
                    self._things.move_to_end(key)
                    return kept
            made = make()
            self._put(key, made)
            return made

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
            self._weight = 0

    def _put(self, key: object, made: Thing) -> None:
        with self._lock:
            if gone := self._things.pop(key, None):
                self._weight -= gone.weight
            self._things[key] = made
            self._weight += made.weight
            while self._weight > self.room and len(self._things) > 1:
                _key, oldest = self._things.popitem(last=False)
                self._weight -= oldest.weight


sheets: Shelf[Sheet] = Shelf(ROOM)
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
    return Sheet(drawing.edition, drawing.until, html.encode(), board.kind)


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
