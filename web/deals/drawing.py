"""Cards of the board, drawn once and kept by value: two hundred of them are one screen."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from domain.deals.cards import Card
from domain.kernel import clock, formats
from domain.kernel.text import current_language
from web.templating import environment

MOST_KEPT = 4_000
"""About a kilobyte each."""


def cards(shown: Iterable[Card], query: str, may_move: bool, me: int) -> Markup:
    """The cards as HTML. Equal ones are the same text: nothing in it depends on the hour, only on the day."""
    language, today = current_language(), formats.here(clock.now()).date()
    drawn = (_drawn(card, query, may_move, card.responsible_id == me, language, today) for card in shown)
    return Markup("\n".join(drawn))  # noqa: S704


@lru_cache(maxsize=MOST_KEPT)
def _drawn(shown: Card, query: str, may_move: bool, mine: bool, _language: str, _today: date) -> Markup:
    draw = environment().get_template("deals/_card.html").module.deal_card  # type: ignore[attr-defined]
    return Markup(draw(shown, query, may_move, shown.responsible_id if mine else None))  # noqa: S704
