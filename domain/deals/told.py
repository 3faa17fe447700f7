"""What an event says in words: a line of a timeline or of a bell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.kernel import formats

Payload = dict[str, Any]


@dataclass(frozen=True)
class Told:
    headline: str
    text: str = ""
    icon: str = "history"
    tone: str = ""


Wording = Callable[[Payload, datetime, dict[int, str]], Told]
"""The payload, the moment it is read at, and the names of people by number."""


def moment_told(value: str, now: datetime) -> str:
    return formats.told(datetime.fromisoformat(value), now=now)
