"""The register of bookings: of one's own and one's people's."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.estate.models import Booking, BookingState, Building, Floor, Section, Unit
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


def register(session: Session, user: User, *, over: bool, now: datetime) -> list[Line]:
    """Bookings that hold, nearest end first; or those that are over, latest first."""
    holds = (col(Booking.state) == BookingState.ACTIVE) & (col(Booking.until) > now)
    lines = (
        pick(
            Booking.id, Unit.id, Unit.number, Building.name, Booking.deal_id, User.name, Booking.price,
            Booking.booked_at, Booking.until, Booking.state,
        )
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(User, col(User.id) == Booking.booked_by_id)
        .where(rows_of(user, col(Booking.booked_by_id)), ~holds if over else holds)
        .order_by(col(Booking.until).desc() if over else col(Booking.until), col(Booking.id))
        .limit(MOST)
    )  # fmt: skip
    return [Line(*row) for row in session.execute(lines)]
