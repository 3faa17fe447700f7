"""Deals: opened, moved through funnels by rules that explain themselves, won or lost."""

from domain.deals.bookings import accept, book, book_ahead, book_all, join, rebook
from domain.deals.editing import edit
from domain.deals.exchanging import swap, swap_back, take_back, transfer, transfer_back
from domain.deals.funnels import StagePlan, arrange, get_stage, list_funnels, stages_of
from domain.deals.models import Deal, Funnel, Stage, StageKind, StageStay
from domain.deals.moving import move, step_back
from domain.deals.opening import LONGEST_TITLE, open_deal
from domain.deals.reading import get_visible, titles_of

__all__ = [
    "LONGEST_TITLE",
    "Deal",
    "Funnel",
    "Stage",
    "StageKind",
    "StagePlan",
    "StageStay",
    "accept",
    "arrange",
    "book",
    "book_ahead",
    "book_all",
    "edit",
    "get_stage",
    "get_visible",
    "join",
    "list_funnels",
    "move",
    "open_deal",
    "rebook",
    "stages_of",
    "step_back",
    "swap",
    "swap_back",
    "take_back",
    "titles_of",
    "transfer",
    "transfer_back",
]
