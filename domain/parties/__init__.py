"""The client base: people and companies, each with somebody responsible."""

from domain.parties.clients import add_person, find_or_add_person, similar
from domain.parties.models import Company, Person

__all__ = ["Company", "Person", "add_person", "find_or_add_person", "similar"]
