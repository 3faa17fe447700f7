"""The first walk through a file: can all of it be read, and what must be known before its goods are."""

from dataclasses import dataclass, field
from typing import BinaryIO

from domain.exchange.commerceml.checking import distinct
from domain.exchange.commerceml.reading import read
from domain.exchange.commerceml.records import Header, Order, PriceType, Property, Section


@dataclass
class Survey:
    version: str = ""
    is_full: bool = False
    """It says to list everything there is in its catalogue."""
    properties: dict[str, Property] = field(default_factory=dict)
    price_types: dict[str, PriceType] = field(default_factory=dict)
    orders: int = 0


def survey(stream: BinaryIO) -> Survey:
    """Raises Unreadable."""
    found = Survey()
    for record in distinct(read(stream)):
        match record:
            case Header():
                found.version = record.version
            case Section(kind="catalogue", only_changes=False):
                found.is_full = True
            case Property():
                found.properties[record.ref] = record
            case PriceType():
                found.price_types[record.ref] = record
            case Order():
                found.orders += 1
    return found
