"""The whole stand-in in one hand: the base, the weather over it, who may enter and where its goods go."""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.onec_demo import exchange, seed
from jobs.onec_demo.base import Base
from jobs.onec_demo.configuration import SCHEMA
from jobs.onec_demo.door import User
from jobs.onec_demo.exchange import Manner
from jobs.onec_demo.faults import Faults
from jobs.onec_demo.journal import Journal
from jobs.onec_demo.quirks import Quirks
from jobs.onec_demo.site import Log, Site
from jobs.onec_demo.store import Row, Store

DEFAULT_USER = User("Обмен", "karkas")
DEFAULT_SITE = Site("http://127.0.0.1:8000/onec/exchange", "onec", "karkas")


@dataclass
class Demo:
    base: Base
    user: User = DEFAULT_USER
    site: Site = DEFAULT_SITE
    units_file: Path | None = None
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    last_exchange: Log | None = None
    _one_exchange: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, data: Path, *, user: User, site: Site, units_file: Path | None) -> "Demo":
        store = Store(data)
        demo = cls(Base(store, Quirks(store)), user, site, units_file)
        seed.fill(demo.base, units_file)
        return demo

    def exchange(self, manner: Manner) -> Log:
        with self._one_exchange:
            self.last_exchange = exchange.exchange(self.base, self.site, manner)
        return self.last_exchange

    def reset(self) -> None:
        with self.base.store.transaction():
            self.base.store.clear()
            seed.fill(self.base, self.units_file)
        self.faults.clear()
        self.journal.clear()
        self.last_exchange = None

    def dump(self, *set_names: str) -> dict[str, list[Row]]:
        names = set_names or tuple(each.name for each in SCHEMA.sets)
        return {name: self.base.store.rows(name) for name in names}

    def checksum(self) -> dict[str, Any]:
        """Equal for equal content: versions of saves do not count."""
        rows = {name: [_content(row) for row in rows] for name, rows in self.dump().items()}
        ordered = {name: sorted(each, key=lambda row: str(row["Ref_Key"])) for name, each in rows.items()}
        text = json.dumps(ordered, ensure_ascii=False, sort_keys=True)
        return {
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "rows": {name: len(each) for name, each in rows.items()},
            "version": self.base.store.version,
        }


def _content(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "DataVersion"}
