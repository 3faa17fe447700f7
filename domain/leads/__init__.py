"""Requests from outside: a form on the developer's site, taken by one person, made a deal or put aside."""

from domain.leads.models import ConsentText, Lead, LeadState
from domain.leads.reading import count_new, count_of_unit, get_lead, list_leads, takers
from domain.leads.receiving import Consent, receive
from domain.leads.working import Outcome, junk, make_deal, take

__all__ = [
    "Consent",
    "ConsentText",
    "Lead",
    "LeadState",
    "Outcome",
    "count_new",
    "count_of_unit",
    "get_lead",
    "junk",
    "list_leads",
    "make_deal",
    "receive",
    "take",
    "takers",
]
