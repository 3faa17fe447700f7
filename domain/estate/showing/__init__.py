"""Who looks at a unit right now: soft, forgotten in a minute or two, in nobody's way."""

from domain.estate.showing.presence import Watcher, arrive, leave, present

__all__ = ["Watcher", "arrive", "leave", "present"]
