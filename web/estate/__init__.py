"""Real estate on the screen: projects, the chessboard, a unit's panel, bookings."""

from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.chessboard import Chessboard
from web.estate.projects import Projects
from web.estate.register import Register
from web.estate.terms import BookingRules
from web.estate.units import Units

__all__ = [
    "Baskets",
    "BookingRules",
    "Bookings",
    "Chessboard",
    "Projects",
    "Register",
    "UnitBooking",
    "Units",
]
