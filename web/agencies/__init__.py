"""Agencies: the agent's own desk, and the company's side of it."""

from web.agencies.agencies import Agencies
from web.agencies.desk import AgentClients, AgentRequests, AgentStock
from web.agencies.requests import AgencyRequests

__all__ = ["Agencies", "AgencyRequests", "AgentClients", "AgentRequests", "AgentStock"]
