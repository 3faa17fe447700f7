"""The register of bookings: of one's own and one's people's."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.estate.models import Booking, BookingKind, BookingState, Building, Floor, Section, Unit
from domain.kernel.db import pick

MOST = 200


@dataclass(frozen=True)
class Line:
    id: int
    unit_id: int
    number: str
    building: str
    deal_id: int
    who: str
    price: Decimal
    booked_at: datetime
    until: datetime
    state: BookingState
    kind: BookingKind


def register(session: Session, user: User, *, over: bool, now: datetime) -> list[Line]:
    """What holds, nearest end first, contracts and sales after it; or what is over, latest first."""
    holds = col(Booking.closed_at).is_(None) & (
        (col(Booking.state) != BookingState.ACTIVE) | (col(Booking.until) > now)
    )
    order = (
        [col(Booking.until).desc()]
        if over
        else [col(Booking.state) != BookingState.ACTIVE, col(Booking.until)]
    )
    lines = (
        pick(
            Booking.id, Unit.id, Unit.number, Building.name, Booking.deal_id, User.name, Booking.price,
            Booking.booked_at, Booking.until, Booking.state, Booking.kind,
        )
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(User, col(User.id) == Booking.booked_by_id)
        .where(rows_of(user, col(Booking.booked_by_id)), ~holds if over else holds)
        .order_by(*order, col(Booking.id))
        .limit(MOST)
    )  # fmt: skip
    return [Line(*row) for row in session.execute(lines)]
