"""The only module that knows everything: importing it registers rules and wording across capabilities."""

from domain import deals, offers, tables
from domain.agencies import limits, reports
from domain.deals import invariants

__all__ = ["deals", "invariants", "limits", "offers", "reports", "tables"]
