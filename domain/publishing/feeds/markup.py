"""Writing XML: elements one after another, every text made harmless; nothing is read here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 has no way to say."""

Value = str | int | Decimal | None
Tree = Iterable[tuple[str, "Value | Tree"]]
"""Names with a text or with more of the same; what is None or empty is left out."""


def element(name: str, inside: "Value | Tree", attributes: Mapping[str, str] | None = None) -> str:
    """One element with everything in it; empty when there is nothing to say."""
    said = text(inside) if inside is None or isinstance(inside, str | int | Decimal) else tree(inside)
    return f"{opening(name, attributes)}{said}</{name}>" if said else ""


def tree(parts: Tree) -> str:
    return "".join(element(name, inside) for name, inside in parts)


def opening(name: str, attributes: Mapping[str, str] | None = None) -> str:
    said = "".join(f' {key}="{escaped(value)}"' for key, value in (attributes or {}).items())
    return f"<{name}{said}>"


def text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return number(value)
    return escaped(str(value))


def number(value: Decimal) -> str:
    """Without needless zeros: 54.30 is 54.3 and 6550000.00 is 6550000."""
    whole = f"{value:f}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


@lru_cache(maxsize=512)
def escaped(words: str) -> str:
    """Remembered: what is said of a house is said again of each of its flats."""
    bare = FORBIDDEN.sub("", words)
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        bare = bare.replace(sign, name)
    return bare


def nested(name: str, parts: Iterable[str], attributes: Mapping[str, str] | None = None) -> Iterator[str]:
    """A document too long to be one string."""
    yield opening(name, attributes)
    yield from parts
    yield f"</{name}>\n"
