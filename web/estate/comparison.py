"""GET /units/comparison?units=1,2,3,4: up to four units side by side, what differs marked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import UnitKind
from domain.estate.comparing import MOST, compare
from domain.estate.lines import UnitLine
from domain.estate.selecting.favourites import favourites
from domain.kernel import formats
from domain.kernel.errors import Refused
from domain.kernel.text import _
from web import replies
from web.estate import cells
from web.estate.numbers import numbers
from web.given import Given

FAVOURITES = 12
"""As many are offered to be added."""


@dataclass(frozen=True)
class Row:
    title: str
    values: list[str]
    notes: list[str]
    """Beside each value; empty says nothing."""
    differs: bool


class Comparison(Controller):
    path = "/units/comparison"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """More than four are refused with the first four still there."""
        wanted = numbers(request.query_params.getall("units", []))
        refusal = None
        try:
            units = compare(session, wanted, now=now)
        except Refused as no:
            refusal, units = no, compare(session, wanted[:MOST], now=now)
        chosen = [unit.id for unit in units]
        return replies.page(
            request,
            "estate/comparison.html",
            status=409 if refusal else 200,
            units=units,
            rows=rows(units),
            refusal=refusal,
            most=MOST,
            address=address,
            chosen=chosen,
            others=[
                each
                for each in favourites(session, user, now=now, most=FAVOURITES + MOST)
                if each.id not in chosen
            ][:FAVOURITES],
            cells=cells,
        )


def address(unit_ids: list[int]) -> str:
    return "/units/comparison?units=" + ",".join(map(str, unit_ids))


def rows(units: list[UnitLine]) -> list[Row]:
    said: list[tuple[Callable[[], str], Callable[[UnitLine], str]]] = [
        (lambda: _("Building"), lambda unit: f"{unit.project}, {unit.building}"),
        (lambda: _("Entrance"), lambda unit: str(unit.section)),
        (lambda: _("Floor"), lambda unit: str(unit.floor)),
        (lambda: _("Rooms"), _rooms),
        (lambda: _("Area"), lambda unit: formats.area(unit.area)),
        (lambda: _("Living area"), lambda unit: formats.area(unit.living)),
        (lambda: _("Kitchen"), lambda unit: formats.area(unit.kitchen)),
        (lambda: _("Finish"), lambda unit: cells.finish_word(unit.finish)),
    ]
    plain = [_row(title(), [say(unit) for unit in units]) for title, say in said]
    prices = [unit.price for unit in units]
    metres = [unit.metre for unit in units]
    return [
        *plain,
        _row(_("Price"), [formats.money(price) for price in prices], _above(prices)),
        _row(_("Price per m²"), [formats.money(metre) for metre in metres], _above(metres)),
    ]


def _row(title: str, values: list[str], notes: list[str] | None = None) -> Row:
    return Row(title, values, notes or [""] * len(values), len(set(values)) > 1)


def _rooms(unit: UnitLine) -> str:
    return cells.rooms_word(unit.rooms) if unit.kind is UnitKind.FLAT else "—"


def _above(amounts: list[Decimal | None]) -> list[str]:
    """How much each is above the lowest; nothing when there is nothing to compare with."""
    known = [amount for amount in amounts if amount is not None]
    if len(known) < 2 or min(known) == max(known):
        return [""] * len(amounts)
    return ["" if amount is None else _gap(amount - min(known)) for amount in amounts]


def _gap(gap: Decimal) -> str:
    return f"+{formats.NBSP}{formats.money(gap)}" if gap else _("the lowest")
