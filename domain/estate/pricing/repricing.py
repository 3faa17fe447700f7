"""Prices of units, written by thousands: of a price list, of 1C, of a workbook."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlmodel import Session

from domain import events
from domain.estate.writing import write
from domain.events import names


class Repriced(NamedTuple):
    unit_id: int
    building_id: int
    before: Decimal | None
    after: Decimal | None


def write_prices(session: Session, repriced: Sequence[Repriced], *, by_id: int | None, **told: Any) -> None:
    """The prices with their events; `told` is what each event says besides."""
    write(session, {one.unit_id: {"price": one.after} for one in repriced})
    happened = [
        (
            one.unit_id,
            f"building-{one.building_id}",
            {"changes": {"price": (one.before, one.after)}} | told,
        )
        for one in repriced
    ]
    events.record_all(session, names.UNIT_REPRICED, "unit", happened, by=by_id)
