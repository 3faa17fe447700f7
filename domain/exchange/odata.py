"""The language of 1C's standard.odata: addresses, literals, values and answers. No sockets here."""

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

Row = dict[str, Any]

ROOT = "/odata/standard.odata"
SAFE = "'(),:$/"
EMPTY_KEY = "00000000-0000-0000-0000-000000000000"
NO_DATE = "0001-01-01T00:00:00"
"""How 1C writes that there is no date."""
NAMESPACE = uuid.UUID("0f0c1a7e-2a57-5d0b-9b41-4b61726b6173")
"""Ours: keys made from it never meet keys of 1C."""

_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def address(base_url: str, resource: str, options: Mapping[str, str | int] | None = None) -> str:
    """The ready URL. Built by hand: 1C reads a space as `%20` only, HTTP libraries write `+`."""
    root = base_url.rstrip("/")
    root = root if root.endswith(ROOT) else root + ROOT
    given = "&".join(f"{name}={quote(str(value), safe=SAFE)}" for name, value in (options or {}).items())
    return f"{root}/{quote(resource, safe=SAFE)}" + (f"?{given}" if given else "")


def key(value: str) -> str:
    """A reference as 1C compares it: a checked GUID in small letters."""
    if not _GUID.fullmatch(value):
        raise ValueError(f"not a GUID: {value[:60]!r}")
    return value.lower()


def ref_of(row: Mapping[str, Any]) -> str:
    """Keys may come in capitals; we compare them in small letters."""
    return str(row["Ref_Key"]).lower()


def is_key(value: object) -> bool:
    return isinstance(value, str) and bool(_GUID.fullmatch(value))


def own_key(kind: str, number: int, born: datetime) -> str:
    """The key we give to our record in 1C: the same on every try, another in every installation.

    Numbers repeat in a rebuilt database; together with the moment of birth they do not.
    """
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{number}:{born.astimezone(UTC).isoformat()}"))


def entity(set_name: str, ref: str) -> str:
    return f"{set_name}(guid'{key(ref)}')"


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def one_of_keys(refs: list[str]) -> str:
    return " or ".join(f"Ref_Key eq guid'{key(ref)}'" for ref in refs)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """1C writes the wall clock of its server, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def number(value: object) -> Decimal | None:
    """A number or a string of one (Edm.Int64 comes as a string); None when it is neither."""
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def body(row: Mapping[str, Any]) -> bytes:
    """JSON as 1C takes it: amounts as plain strings, never 1e5."""
    return json.dumps(row, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(type(value).__name__)


def parse(text: bytes) -> Any:
    """JSON with exact numbers and without annotations (`Цена@…`, `odata.metadata`). Raises ValueError."""
    return _bare(json.loads(text.decode("utf-8-sig"), parse_float=Decimal))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _bare(inner)
            for name, inner in value.items()
            if "@" not in name and name != "odata.metadata"
        }
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def differing(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    """What of the wanted is not so in the row: 1C passes over names it does not know without a word."""
    return {name: value for name, value in wanted.items() if not same(value, row.get(name))}


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Decimal):
        read = number(theirs)
        return read is not None and read.quantize(Decimal("0.01")) == ours.quantize(Decimal("0.01"))
    if is_key(ours):
        return isinstance(theirs, str) and theirs.lower() == ours.lower()
    return bool(ours == theirs)
