"""Who looks at a unit right now: soft, forgotten in a minute or two, in nobody's way."""

from domain.estate.showing.presence import Shown, Watcher, arrive, leave, present, shown_in

__all__ = ["Shown", "Watcher", "arrive", "leave", "present", "shown_in"]
