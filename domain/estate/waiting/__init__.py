"""Waiting lists: a unit that comes free is offered to the first in its line, who answers in time or not."""

from domain.estate.waiting.answering import accept, clear_way, decline
from domain.estate.waiting.joining import join, leave, reorder
from domain.estate.waiting.lines import NotTheirTurn, get_waiting, line, open_deals
from domain.estate.waiting.models import Waiting, WaitingState
from domain.estate.waiting.offering import offer_free, offer_returned

__all__ = [
    "NotTheirTurn",
    "Waiting",
    "WaitingState",
    "accept",
    "clear_way",
    "decline",
    "get_waiting",
    "join",
    "leave",
    "line",
    "offer_free",
    "offer_returned",
    "open_deals",
    "reorder",
]
