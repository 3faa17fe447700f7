"""An information base: its store, what it publishes, its oddities and its clock."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from jobs.onec_demo.configuration import NOTHING, SCHEMA
from jobs.onec_demo.quirks import Quirks
from jobs.onec_demo.schema import Schema
from jobs.onec_demo.store import Store


def moscow_now() -> datetime:
    """Dates of 1C carry no zone: they are the wall clock of its server."""
    return datetime.now(ZoneInfo("Europe/Moscow")).replace(tzinfo=None, microsecond=0)


@dataclass
class Base:
    store: Store
    quirks: Quirks
    now: Callable[[], datetime] = moscow_now
    turns: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def schema(self) -> Schema:
        return NOTHING if self.quirks["lost_publication"] else SCHEMA
