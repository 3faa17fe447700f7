"""Real estate on the screen: projects, the chessboard, a unit, bookings, the past, files of the stock."""

from web.estate.arrangements import Arrangements
from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.changes import StockChanges
from web.estate.characteristics import Characteristics
from web.estate.chessboard import Chessboard
from web.estate.choices import Choices
from web.estate.comparison import Comparison
from web.estate.contracts import Contracts
from web.estate.exports import Exports, StockExports
from web.estate.favourites import Favourites, UnitStar
from web.estate.histories import UnitHistory
from web.estate.idle_reserve import IdleReserve
from web.estate.imports import Imports
from web.estate.invariants import Invariants
from web.estate.layouts import Drawings, Layouts
from web.estate.lines import Places, UnitLine
from web.estate.offers import Offered
from web.estate.outlines import FloorPlans
from web.estate.plans import Plans
from web.estate.presence import BuildingPresence, Presence
from web.estate.projects import Projects
from web.estate.register import Register
from web.estate.selections import Selections
from web.estate.swaps import Swaps
from web.estate.terms import BookingRules
from web.estate.units import Units
from web.estate.why import WhyNotFree

__all__ = [
    "Arrangements",
    "Baskets",
    "BookingRules",
    "Bookings",
    "BuildingPresence",
    "Characteristics",
    "Chessboard",
    "Choices",
    "Comparison",
    "Contracts",
    "Drawings",
    "Exports",
    "Favourites",
    "FloorPlans",
    "IdleReserve",
    "Imports",
    "Invariants",
    "Layouts",
    "Offered",
    "Places",
    "Plans",
    "Presence",
    "Projects",
    "Register",
    "Selections",
    "StockChanges",
    "StockExports",
    "Swaps",
    "UnitBooking",
    "UnitHistory",
    "UnitLine",
    "UnitStar",
    "Units",
    "WhyNotFree",
]
