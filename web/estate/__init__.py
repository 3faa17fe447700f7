"""Real estate on the screen: projects, the chessboard, a unit, bookings, the past, files of the stock."""

from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.changes import StockChanges
from web.estate.chessboard import Chessboard
from web.estate.exports import Exports, StockExports
from web.estate.histories import UnitHistory
from web.estate.imports import Imports
from web.estate.projects import Projects
from web.estate.units import Units

__all__ = [
    "Baskets",
    "Bookings",
    "Chessboard",
    "Exports",
    "Imports",
    "Projects",
    "StockChanges",
    "StockExports",
    "UnitBooking",
    "UnitHistory",
    "Units",
]
