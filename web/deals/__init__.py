"""Deals on the screen: the board, the card, moving, opening, steps and comments."""

from web.deals.boards import Boards
from web.deals.moves import Moves
from web.deals.opening import NewDeals

__all__ = ["Boards", "Moves", "NewDeals"]
