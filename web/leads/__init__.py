"""Requests from outside on the screen: the list, and what is done with one."""

from web.leads.leads import Leads

__all__ = ["Leads"]
