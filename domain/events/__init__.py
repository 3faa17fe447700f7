"""History, timeline, notices and outbox: one row an event."""

from domain.events.models import Event
from domain.events.recording import HORIZON, announce, horizon, plain, record, record_all, topics_since

__all__ = ["HORIZON", "Event", "announce", "horizon", "plain", "record", "record_all", "topics_since"]
