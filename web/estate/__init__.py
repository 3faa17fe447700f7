"""Real estate on the screen: projects, the chessboard, a unit's panel, bookings."""

from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.chessboard import Chessboard
from web.estate.contracts import Contracts
from web.estate.lines import Places, UnitLine
from web.estate.offers import Offered
from web.estate.projects import Projects
from web.estate.swaps import Swaps
from web.estate.units import Units

__all__ = [
    "Baskets",
    "Bookings",
    "Chessboard",
    "Contracts",
    "Offered",
    "Places",
    "Projects",
    "Swaps",
    "UnitBooking",
    "UnitLine",
    "Units",
]
