"""History, timeline, notices and outbox: one row an event."""

from domain.events.models import Event
from domain.events.recording import horizon, record, topics_since

__all__ = ["Event", "horizon", "record", "topics_since"]
