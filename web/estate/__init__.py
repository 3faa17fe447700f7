"""Real estate on the screen: projects, the chessboard, a unit, bookings, the past, files of the stock."""

from web.estate.arrangements import Arrangements
from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.changes import StockChanges
from web.estate.characteristics import Characteristics
from web.estate.chessboard import Chessboard
from web.estate.contracts import Contracts
from web.estate.exports import Exports, StockExports
from web.estate.histories import UnitHistory
from web.estate.imports import Imports
from web.estate.layouts import Drawings, Layouts
from web.estate.lines import Places, UnitLine
from web.estate.offers import Offered
from web.estate.outlines import FloorPlans
from web.estate.plans import Plans
from web.estate.projects import Projects
from web.estate.register import Register
from web.estate.swaps import Swaps
from web.estate.terms import BookingRules
from web.estate.units import Units

__all__ = [
    "Arrangements",
    "Baskets",
    "BookingRules",
    "Bookings",
    "Characteristics",
    "Chessboard",
    "Contracts",
    "Drawings",
    "Exports",
    "FloorPlans",
    "Imports",
    "Layouts",
    "Offered",
    "Places",
    "Plans",
    "Projects",
    "Register",
    "StockChanges",
    "StockExports",
    "Swaps",
    "UnitBooking",
    "UnitHistory",
    "UnitLine",
    "Units",
]
