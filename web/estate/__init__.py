"""Real estate on the screen: projects, the chessboard, a unit's panel, bookings."""

from web.estate.baskets import Baskets
from web.estate.bookings import Bookings, UnitBooking
from web.estate.chessboard import Chessboard
from web.estate.choices import Choices
from web.estate.comparison import Comparison
from web.estate.favourites import Favourites, UnitStar
from web.estate.idle_reserve import IdleReserve
from web.estate.invariants import Invariants
from web.estate.presence import Presence
from web.estate.projects import Projects
from web.estate.selections import Selections
from web.estate.units import Units
from web.estate.why import WhyNotFree

VIEWS = [Comparison, Favourites, UnitStar, Selections, Choices, Presence, WhyNotFree, Invariants, IdleReserve]
"""Looking at units beside the board, and explaining them."""

__all__ = ["VIEWS", "Baskets", "Bookings", "Chessboard", "Projects", "UnitBooking", "Units"]
