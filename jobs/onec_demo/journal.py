"""The last requests to the base, for a person who watches and a test that asks."""

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True)
class Visit:
    at: datetime
    method: str
    path: str
    status: int  # 0: no answer was given
    fault: str = ""


class Journal:
    def __init__(self, length: int = 200) -> None:
        self._visits: deque[Visit] = deque(maxlen=length)

    def add(self, visit: Visit) -> None:
        self._visits.append(visit)

    def latest(self, count: int = 200) -> list[Visit]:
        return list(self._visits)[::-1][:count]

    def as_list(self) -> list[dict[str, object]]:
        return [asdict(each) | {"at": each.at.isoformat()} for each in self.latest()]

    def clear(self) -> None:
        self._visits.clear()
