"""The drawn part of the stock: layouts, plans of units, layouts and floors, outlines on floors."""

from domain.estate.drawings.arranging import arrange
from domain.estate.drawings.models import Characteristic, CharacteristicType, Layout, Outline, Plan
from domain.estate.drawings.outlines import draw
from domain.estate.drawings.plans import put, put_back, spread, take_off
from domain.estate.drawings.reading import get_floor, get_layout, get_plan, place_of, plan_of

__all__ = [
    "Characteristic",
    "CharacteristicType",
    "Layout",
    "Outline",
    "Plan",
    "arrange",
    "draw",
    "get_floor",
    "get_layout",
    "get_plan",
    "place_of",
    "plan_of",
    "put",
    "put_back",
    "spread",
    "take_off",
]
