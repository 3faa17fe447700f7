"""What a unit's panel shows: the unit, who holds it, what this person may do, how it came to be so."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access import Permission, User, may, rows_of
from domain.estate import Booking, Building, Unit, UnitStatus
from domain.estate.booking import TERMS, active, term_end
from domain.estate.chessboard import status
from domain.estate.why import explain
from domain.events import Event
from domain.kernel.db import pick
from web.estate.favourites import Picks, picks
from web.estate.presence import Present, present
from web.estate.why import Explained, explained

HISTORY = 8


@dataclass(frozen=True)
class Panel:
    unit: Unit
    building: Building
    status: UnitStatus
    booking: Booking | None
    mine: bool
    """Whether this person may cancel and extend the booking."""
    bookable: bool
    terms: list[tuple[int, datetime]]
    history: list[tuple[Event, str | None]]
    explained: Explained | None
    picks: Picks
    present: Present

    @property
    def metre(self) -> Decimal | None:
        return (self.unit.price / self.unit.area_total).quantize(Decimal(1)) if self.unit.price else None


def panel(session: Session, user: User, unit: Unit, *, now: datetime) -> Panel:
    booking = active(session, unit, now=now)
    now_is = status(unit.availability, booking.state if booking else None)
    return Panel(
        unit=unit,
        building=unit.floor.section.building,
        status=now_is,
        booking=booking if now_is is UnitStatus.BOOKED else None,
        mine=booking is not None and may(user, Permission.ESTATE_BOOK) and _below(session, user, booking),
        bookable=now_is is UnitStatus.FREE and may(user, Permission.ESTATE_BOOK) and unit.price is not None,
        terms=[(days, term_end(now, days)) for days in TERMS],
        history=_history(session, unit),
        explained=explained(session, user, explain(session, unit, booking)),
        picks=picks(session, user, unit),
        present=present(session, user, unit, now=now),
    )


def _below(session: Session, user: User, booking: Booking) -> bool:
    if booking.booked_by_id == user.id:
        return True
    people = pick(col(User.id)).where(col(User.id) == booking.booked_by_id, rows_of(user, col(User.id)))
    return session.execute(people).first() is not None


def _history(session: Session, unit: Unit) -> list[tuple[Event, str | None]]:
    """Prices, states and bookings of the unit, newest first, with the name of who did it."""
    bookings = pick(col(Booking.id)).where(col(Booking.unit_id) == unit.id)
    about = (col(Event.subject_kind) == "unit") & (col(Event.subject_id) == unit.id)
    held = (col(Event.subject_kind) == "booking") & col(Event.subject_id).in_(bookings)
    rows: Any = (
        pick(Event, User.name)
        .outerjoin(User, col(User.id) == Event.actor_id)
        .where(sa.or_(about, held))
        .order_by(col(Event.id).desc())
        .limit(HISTORY)
    )
    return [(event, name) for event, name in session.execute(rows)]
