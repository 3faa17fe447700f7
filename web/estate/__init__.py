"""Real estate on the screen: projects, the chessboard, a unit's panel, bookings."""

from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.changes import StockChanges
from web.estate.chessboard import Chessboard
from web.estate.histories import UnitHistory
from web.estate.projects import Projects
from web.estate.units import Units

__all__ = [
    "Baskets",
    "Bookings",
    "Chessboard",
    "Projects",
    "StockChanges",
    "UnitBooking",
    "UnitHistory",
    "Units",
]
