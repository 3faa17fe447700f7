"""What was made for many is kept as long as there is room: the things asked for last."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Generic, Protocol, TypeVar

LOCKS = 16


class Kept(Protocol):
    @property
    def edition(self) -> object: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def weight(self) -> int: ...


Thing = TypeVar("Thing", bound=Kept)


class Shelf(Generic[Thing]):
    """The things asked for last, as many as there is room for."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._things: OrderedDict[object, Thing] = OrderedDict()
        self._weight = 0
        self._lock = Lock()
        self._makers = [Lock() for _ in range(LOCKS)]

    def take(self, key: object, edition: object, make: Callable[[], Thing], *, now: datetime) -> Thing:
        """The thing of this edition; made by whoever comes first, the others wait."""
        with self._makers[hash(key) % LOCKS]:
            with self._lock:
                kept = self._things.get(key)
                if kept is not None and kept.edition == edition and (kept.until is None or now < kept.until):
                    self._things.move_to_end(key)
                    return kept
            made = make()
            self._put(key, made)
            return made

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
            self._weight = 0

    def _put(self, key: object, made: Thing) -> None:
        with self._lock:
            if gone := self._things.pop(key, None):
                self._weight -= gone.weight
            self._things[key] = made
            self._weight += made.weight
            while self._weight > self.room and len(self._things) > 1:
                _key, oldest = self._things.popitem(last=False)
                self._weight -= oldest.weight
