"""Prices on the screen: price lists, coefficients, promotions, discounts and who is the master."""

from web.estate.prices.coefficients import Coefficients
from web.estate.prices.discounts import BookingDiscounts, Discounts
from web.estate.prices.lists import PriceLists, Prices
from web.estate.prices.promotions import Promotions
from web.estate.prices.settings import PriceSettings

__all__ = [
    "BookingDiscounts",
    "Coefficients",
    "Discounts",
    "PriceLists",
    "PriceSettings",
    "Prices",
    "Promotions",
]
