"""The client base on the screen."""

from web.parties.companies import Companies
from web.parties.people import People

__all__ = ["Companies", "People"]
