"""The only module that knows everything: importing it registers rules and wording across capabilities."""

from domain import deals, offers, tables

__all__ = ["deals", "offers", "tables"]
