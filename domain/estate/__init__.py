"""Real estate: the stock of units, their prices and the bookings that never collide."""

import domain.estate.discounts.deciding
import domain.estate.drawings.models  # noqa: F401  the tables a unit refers to
from domain.estate.booking import book, book_all, cancel, cancel_all, expire, extend, extend_all, release_all
from domain.estate.claims import lock_held, tied
from domain.estate.extending import ask as ask_to_extend
from domain.estate.models import (
    Availability,
    Booking,
    BookingKind,
    BookingState,
    Building,
    Finish,
    Floor,
    Project,
    Section,
    Unit,
    UnitKind,
    UnitStatus,
)
from domain.estate.reading import get_booking, get_unit

__all__ = [
    "Availability",
    "Booking",
    "BookingKind",
    "BookingState",
    "Building",
    "Finish",
    "Floor",
    "Project",
    "Section",
    "Unit",
    "UnitKind",
    "UnitStatus",
    "ask_to_extend",
    "book",
    "book_all",
    "cancel",
    "cancel_all",
    "expire",
    "extend",
    "extend_all",
    "get_booking",
    "get_unit",
    "lock_held",
    "release_all",
    "tied",
]
