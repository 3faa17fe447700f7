"""The invariants that need to know deals: added to those of real estate."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from domain.deals.models import Deal, Stage, StageKind
from domain.estate.invariants import INVARIANTS, Invariant
from domain.estate.models import Availability, Booking, BookingState, Unit
from domain.events import Event, names
from domain.kernel.db import pick
from domain.kernel.text import _


def _of_a_closed_deal(now: datetime) -> sa.Select[Any]:
    """A refused deal holds nothing; of a won one a mere booking will run out and free the unit."""
    harmful = (col(Stage.kind) == StageKind.LOST) | (
        (col(Stage.kind) == StageKind.WON) & (col(Booking.state) == BookingState.ACTIVE)
    )
    return (
        pick(col(Booking.unit_id), col(Booking.id).label("booking_id"))
        .join(Deal, col(Deal.id) == Booking.deal_id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .where(col(Booking.closed_at).is_(None), harmful)
    )


def _sold_without_a_deal(now: datetime) -> sa.Select[Any]:
    """1C has sold under our eyes what no deal of ours holds or has won.

    What was sold before it came to us is not meant: no deal of ours could be there.
    """
    held = sa.exists().where(col(Booking.unit_id) == Unit.id, col(Booking.closed_at).is_(None))
    won = (
        sa.exists()
        .where(col(Booking.unit_id) == Unit.id, col(Stage.kind) == StageKind.WON)
        .where(col(Deal.id) == Booking.deal_id, col(Stage.id) == Deal.stage_id)
    )
    turned = sa.exists().where(
        col(Event.subject_kind) == "unit",
        col(Event.subject_id) == Unit.id,
        col(Event.name) == names.UNIT_AVAILABILITY_CHANGED,
    )
    return pick(col(Unit.id).label("unit_id"), sa.null().cast(sa.BigInteger).label("booking_id")).where(
        col(Unit.availability).in_([Availability.SOLD, Availability.CONTRACT]), ~held, ~won, turned
    )


INVARIANTS += [
    Invariant(
        "of_a_closed_deal",
        lambda: _("Units held by closed deals"),
        lambda: _("A claim of a refused deal, or a mere booking of a won one."),
        _of_a_closed_deal,
    ),
    Invariant(
        "sold_without_a_deal",
        lambda: _("Sold by 1C without a deal of ours"),
        lambda: _("1C made the unit sold or under contract while we kept it, and no deal of ours has it."),
        _sold_without_a_deal,
    ),
]
