"""Finding anything."""

from web.search.search import Search

__all__ = ["Search"]
