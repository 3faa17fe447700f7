"""Deals: opened, moved through funnels by rules that explain themselves, won or lost."""

from domain.deals.models import Deal, Funnel, Stage, StageKind, StageStay
from domain.deals.reading import get_visible

__all__ = ["Deal", "Funnel", "Stage", "StageKind", "StageStay", "get_visible"]
