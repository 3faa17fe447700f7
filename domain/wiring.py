"""The only module that knows everything: importing it registers rules and wording across capabilities."""

from domain import tables

__all__ = ["tables"]
