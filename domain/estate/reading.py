"""Finding units and bookings: only through the person who asks."""

from sqlmodel import Session

from domain.access.models import User
from domain.access.policy import Permission, may
from domain.estate.models import Booking, Unit
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1


def get_unit(session: Session, user: User, unit_id: int) -> Unit:
    """The unit; units of all projects are seen by everyone who may see real estate at all."""
    known = may(user, Permission.ESTATE_SEE) and 0 < unit_id <= LARGEST_ID
    unit = session.get(Unit, unit_id) if known else None
    if unit is None:
        raise Missing(_("There is no such unit"))
    return unit


def get_booking(session: Session, user: User, booking_id: int) -> Booking:
    known = may(user, Permission.ESTATE_SEE) and 0 < booking_id <= LARGEST_ID
    booking = session.get(Booking, booking_id) if known else None
    if booking is None:
        raise Missing(_("There is no such booking"))
    return booking
