"""Finding units and bookings: only through the person who asks."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.access.models import User
from domain.access.policy import Permission, may, rows_of
from domain.estate.models import Booking, BookingState, Floor, Section, Unit
from domain.kernel.db import UNIT, kept
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1


def get_unit(session: Session, user: User, unit_id: int) -> Unit:
    """The unit; units of all projects are seen by everyone who may see real estate at all."""
    known = may(user, Permission.ESTATE_SEE) and 0 < unit_id <= LARGEST_ID
    unit = session.exec(_with_its_place(), params={"unit": unit_id}).first() if known else None
    if unit is None:
        raise Missing(_("There is no such unit"))
    return unit


@kept
def _with_its_place() -> SelectOfScalar[Unit]:
    """Wherever a unit is shown, so is where it stands."""
    floor, section, building = _related(Unit.floor), _related(Floor.section), _related(Section.building)
    found = select(Unit).join(floor).join(section).join(building).where(col(Unit.id) == UNIT)
    return found.options(contains_eager(floor).contains_eager(section).contains_eager(building))


def _related(attribute: Any) -> Any:
    """A relationship as a statement takes it: to mypy it is the related record."""
    return attribute


def get_booking(session: Session, user: User, booking_id: int) -> Booking:
    """A booking that holds is on the chessboard for everyone; one that is over is only its makers'."""
    known = may(user, Permission.ESTATE_SEE) and 0 < booking_id <= LARGEST_ID
    holds = col(Booking.closed_at).is_(None) & (
        (col(Booking.state) != BookingState.ACTIVE) | (col(Booking.until) > sa.func.clock_timestamp())
    )
    shown = holds | rows_of(user, col(Booking.booked_by_id))
    booking = session.exec(select(Booking).where(Booking.id == booking_id, shown)).first() if known else None
    if booking is None:
        raise Missing(_("There is no such booking"))
    return booking
