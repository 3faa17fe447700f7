"""The company's rules of bookings: for how long each kind holds, and how many a person may hold at once."""

from domain.estate.terms.kinds import every, of
from domain.estate.terms.models import Allowance, Terms, Whose

__all__ = ["Allowance", "Terms", "Whose", "every", "of"]
