"""Contracts and sales of units: a claim without a term, confirmed and ended by the head or the accountant."""

from domain.estate.contracts.models import UnitContract
from domain.estate.contracts.signing import (
    contract,
    contract_all,
    contract_of,
    contracted,
    sell,
    take_back,
    terminate,
)

__all__ = [
    "UnitContract",
    "contract",
    "contract_all",
    "contract_of",
    "contracted",
    "sell",
    "take_back",
    "terminate",
]
