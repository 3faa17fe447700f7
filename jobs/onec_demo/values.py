"""Values of each Edm type: what is empty, what is accepted from a client, how 1C writes it down."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from jobs.onec_demo.errors import BadRequest, Code
from jobs.onec_demo.schema import NAMESPACE, Edm, Property

EMPTY_GUID = "00000000-0000-0000-0000-000000000000"
EMPTY_DATE = "0001-01-01T00:00:00"
UNDEFINED = f"{NAMESPACE}.Undefined"

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
PLAIN_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.0+)?")

EMPTY: dict[Edm, Any] = {
    Edm.GUID: EMPTY_GUID,
    Edm.STRING: "",
    Edm.BOOLEAN: False,
    Edm.DATETIME: EMPTY_DATE,
    Edm.DOUBLE: 0,
    Edm.INT64: 0,
}


def empty(of: Property) -> Any:
    if of.default is not None:
        return of.default
    return UNDEFINED if of.name.endswith("_Type") and of.type is Edm.STRING else EMPTY[of.type]


def accept(value: Any, of: Property) -> Any:
    """The value as the base keeps it; a wrong one is refused with code 4."""
    if value is None:
        return empty(of)
    try:
        kept = READERS[of.type](value)
    except (ValueError, TypeError, InvalidOperation):
        raise BadRequest(
            Code.BAD_VALUE, f'Недопустимое значение свойства "{of.name}": {str(value)[:100]!r}.'
        ) from None
    if of.type is Edm.DOUBLE:
        return _rounded(kept, of.scale)
    if of.choices and kept and kept not in of.choices:
        raise BadRequest(
            Code.BAD_VALUE, f'Значение "{kept[:100]}" не входит в перечисление свойства "{of.name}".'
        )
    return kept


def accept_guid(value: Any) -> str:
    if not isinstance(value, str) or not GUID.fullmatch(value):
        raise ValueError(value)
    return value.lower()


def _accept_string(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    value.encode()  # a lone surrogate is no text
    return value


def _accept_boolean(value: Any) -> bool:
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise ValueError(value)


def accept_date(value: Any) -> str:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value).isoformat(timespec="seconds")


def _accept_number(value: Any) -> Decimal:
    """A number or a plain string of one; 1e5 is not how 1C reads money."""
    if isinstance(value, bool) or not PLAIN_NUMBER.fullmatch(str(value)):
        raise ValueError(value)
    return Decimal(str(value))


def _accept_integer(value: Any) -> int:
    number = _accept_number(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


READERS: dict[Edm, Callable[[Any], Any]] = {
    Edm.GUID: accept_guid,
    Edm.STRING: _accept_string,
    Edm.BOOLEAN: _accept_boolean,
    Edm.DATETIME: accept_date,
    Edm.DOUBLE: _accept_number,
    Edm.INT64: _accept_integer,
}


def _rounded(number: Decimal, scale: int) -> int | float:
    kept = round(number, scale)
    return int(kept) if kept == int(kept) else float(kept)


def as_text(value: Any) -> str:
    """As XML and file formats of 1C write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(Decimal(str(value)), "f") if isinstance(value, float) else str(value)
