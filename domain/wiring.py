"""The only module that knows everything: importing it registers rules and wording across capabilities."""

from domain import deals, tables

__all__ = ["deals", "tables"]
