"""Approvals on the screen: the queue, one request, and the answer."""

from web.approvals.decisions import Approvals

__all__ = ["Approvals"]
