"""What a path under standard.odata points at."""

import re
from dataclasses import dataclass

from jobs.onec_demo.errors import BadRequest, Code
from jobs.onec_demo.values import GUID

SEGMENT = re.compile(r"([^\W\d]\w*)(?:\((.*)\))?", re.DOTALL)
NAMED_KEY = re.compile(r"\s*(\w+)\s*=\s*(.+?)\s*", re.DOTALL)
GUID_LITERAL = re.compile(rf"guid'({GUID.pattern})'")


@dataclass(frozen=True)
class Address:
    """`Document_X(guid'…')/Post` → set, key, what is asked of it."""

    set_name: str = ""
    key: dict[str, str] | None = None
    tail: str = ""


def read(path: str) -> Address:
    first, _, tail = path.strip("/").partition("/")
    if not first or first == "$metadata":
        return Address(first, tail=tail)
    segment = SEGMENT.fullmatch(first)
    if segment is None:
        raise BadRequest(Code.BAD_URL, f'Неверный адрес ресурса "{first[:100]}".')
    name, key = segment.groups()
    return Address(name, None if key is None else _key(key), tail.removesuffix("()"))


def _key(text: str) -> dict[str, str]:
    if "=" not in text:
        return {"Ref_Key": _guid(text)}
    return dict(_named(part) for part in text.split(","))


def _named(part: str) -> tuple[str, str]:
    named = NAMED_KEY.fullmatch(part)
    if named is None:
        raise BadRequest(Code.KEY_PART, f'Неверная часть ключа "{part[:60]}".')
    name, value = named.groups()
    return name, (value.strip("'") if name == "LineNumber" else _guid(value))


def _guid(text: str) -> str:
    literal = GUID_LITERAL.fullmatch(text.strip())
    if literal is None:
        raise BadRequest(Code.KEY_PART, f"Неверное значение ключа \"{text[:60]}\": ожидается guid'…'.")
    return literal[1].lower()
