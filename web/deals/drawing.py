"""The cards of the board, drawn once and kept by value: two hundred of them are one screen."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from litestar import Request, Response
from markupsafe import Markup

from domain.access import User
from domain.deals.cards import Card, Column, Told
from domain.kernel.text import current_language
from web.compression import pack
from web.holes import HOLE, Printed, filled
from web.shelf import Shelf
from web.templating import environment

ROOM = 4 * 1024 * 1024
"""Bytes for stacks: about a hundred of thirty cards."""
CARD_WEIGHS = 1_200
"""Of the values it was drawn from."""
MOST_KEPT = 2_000
"""Cards drawn last, for stacks in which something has changed; about two and a half kilobytes each."""


@dataclass(frozen=True)
class Stack(Printed):
    """The cards of a column. Nothing in them depends on the hour, only on the day."""

    edition: Told
    until: None = None

    @property
    def weight(self) -> int:
        return len(self.part.blocks) + CARD_WEIGHS * len(self.edition.rows)


stacks: Shelf[Stack] = Shelf(ROOM)


@dataclass(frozen=True)
class Drawing:
    """The stacks of one answer for one person, in the order its template asked for them."""

    user: User
    may_move: bool
    stacks: list[Stack] = field(default_factory=list)

    def cards(self, column: Column, query: str) -> Markup:
        """The hole for the cards of a column; `query` goes after the addresses they lead to."""
        self.stacks.append(self._stack(column, query))
        return HOLE

    def filled(self, request: Request[Any, Any, Any], answer: Response[str]) -> Response[str]:
        return filled(request, answer, *self.stacks)

    def _stack(self, column: Column, query: str) -> Stack:
        told, mine, language = column.told, self.user.id, current_language()

        def draw() -> Stack:
            drawn = (
                _drawn(card, query, self.may_move, card.responsible_id == mine, language, told.evening)
                for card in column.cards
            )
            return Stack(pack(b"\n".join(drawn)), told)

        key = (mine, self.may_move, language, query, column.id)
        return stacks.take(key, told, draw, now=told.at.now)


@lru_cache(maxsize=MOST_KEPT)
def _drawn(card: Card, query: str, may_move: bool, mine: bool, _language: str, _day: datetime) -> bytes:
    draw: Any = environment().get_template("deals/_card.html").module
    html: str = draw.deal_card(card, query, may_move, card.responsible_id if mine else None)
    return html.encode()
