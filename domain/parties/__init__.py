"""The client base: people and companies, each with somebody responsible."""

from domain.parties.clients import add_person, find_or_add_person, get_person, similar
from domain.parties.companies import add_company, edit_company, get_company
from domain.parties.models import Company, Person

__all__ = [
    "Company",
    "Person",
    "add_company",
    "add_person",
    "edit_company",
    "find_or_add_person",
    "get_company",
    "get_person",
    "similar",
]
