"""JSON of three levels: nometadata, minimalmetadata and fullmetadata (FACTS 1.3)."""

import json
from dataclasses import dataclass
from typing import Any

from jobs.onec_demo.entries import Entry
from jobs.onec_demo.schema import NAMESPACE, Edm, Property

LEVELS = ("nometadata", "minimalmetadata", "fullmetadata")


@dataclass(frozen=True)
class Json:
    level: str
    root: str  # http://host/base/odata/standard.odata/
    int64_strings: bool = True
    uppercase_guids: bool = False

    @property
    def content_type(self) -> str:
        return f"application/json;odata={self.level};charset=utf-8"

    def many(self, set_name: str, entries: list[Entry], total: int | None) -> bytes:
        head = self._metadata(set_name)
        if total is not None:
            head["odata.count"] = str(total)
        return self._bytes({**head, "value": [self.entry(each) for each in entries]})

    def one(self, entry: Entry) -> bytes:
        return self._bytes({**self._metadata(f"{entry.shape.name}/@Element"), **self.entry(entry)})

    def listing(self, names: list[str]) -> bytes:
        head = {} if self.level == "nometadata" else {"odata.metadata": f"{self.root}$metadata"}
        return self._bytes({**head, "value": [{"name": each, "url": each} for each in names]})

    def entry(self, entry: Entry) -> dict[str, Any]:
        full = self.level == "fullmetadata"
        body: dict[str, Any] = self._identity(entry) if full else {}
        for of, value in entry.properties():
            if full and of.type not in (Edm.STRING, Edm.BOOLEAN):
                body[f"{of.name}@odata.type"] = str(of.type)
            body[of.name] = self._value(of, value)
        for table, lines in entry.tables():
            if full:
                body[f"{table.section}@odata.type"] = f"Collection({NAMESPACE}.{table.name}_RowType)"
            body[table.section] = [{of.name: self._value(of, value) for of, value in line} for line in lines]
        body |= entry.presentations
        for name, opened in entry.expanded.items():
            body[name] = self.entry(opened) if opened else None
        if self.level != "nometadata":
            body |= {f"{name}@navigationLinkUrl": f"{entry.address}/{name}" for name in entry.links()}
        return body

    def _identity(self, entry: Entry) -> dict[str, str]:
        return {
            "odata.type": f"{NAMESPACE}.{entry.shape.name}",
            "odata.id": f"{self.root}{entry.address}",
            "odata.editLink": entry.address,
        }

    def _metadata(self, fragment: str) -> dict[str, Any]:
        return {} if self.level == "nometadata" else {"odata.metadata": f"{self.root}$metadata#{fragment}"}

    def _value(self, of: Property, value: Any) -> Any:
        if of.type is Edm.INT64 and self.int64_strings:
            return str(value)
        return value.upper() if of.type is Edm.GUID and self.uppercase_guids else value

    def _bytes(self, body: dict[str, Any]) -> bytes:
        return json.dumps(body, ensure_ascii=False).encode()
