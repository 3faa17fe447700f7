"""Deals on the screen: the board, the card, moving, opening, steps, comments and files."""

from web.deals.boards import Boards
from web.deals.cards import Cards
from web.deals.files import Files
from web.deals.funnels import Funnels
from web.deals.moves import Moves
from web.deals.opening import NewDeals
from web.deals.steps import Comments, Steps

__all__ = ["Boards", "Cards", "Comments", "Files", "Funnels", "Moves", "NewDeals", "Steps"]
