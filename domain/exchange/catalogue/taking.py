"""One file being taken over: what every part of the work needs to know."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from domain.estate.importing import Stock
from domain.exchange.catalogue.report import Report
from domain.exchange.commerceml.mapping import Mapping
from domain.exchange.commerceml.records import Property


@dataclass
class Taking:
    session: Session
    connection_id: int
    mapping: Mapping
    properties: dict[str, Property]
    price_type: str | None
    """Whose prices are prices of units; None: the first price of an offer."""
    stock: Stock
    now: datetime
    report: Report = field(default_factory=Report)
