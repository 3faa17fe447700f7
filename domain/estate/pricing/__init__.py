"""Prices: where the price of a unit comes from, and what a client pays today."""

from domain.estate.pricing.components import Line, Passport
from domain.estate.pricing.criteria import Criteria
from domain.estate.pricing.passport import Held, compose, frozen_of, held, passport
from domain.estate.pricing.sale import Sale, for_sale, on_board

__all__ = [
    "Criteria",
    "Held",
    "Line",
    "Passport",
    "Sale",
    "compose",
    "for_sale",
    "frozen_of",
    "held",
    "on_board",
    "passport",
]
