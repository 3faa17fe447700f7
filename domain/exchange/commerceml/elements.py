"""Reading one element: local names only, padding stripped, numbers as 1C and its neighbours write them."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _

Element = etree._Element  # noqa: SLF001  its only name

LONGEST_REF = 150
LONGEST_NAME = 1_000
LONGEST_TEXT = 100_000
MOST_CHILDREN = 20_000
NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,10})?")


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return _local(str(element.tag))


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    if element is None:
        return
    for child in element:
        if _local(str(child.tag)) == name:
            yield child


def bounded(element: Element) -> Element:
    """The same element, when it has no more children than a file of 1C can mean."""
    if len(element) > MOST_CHILDREN:
        raise Unreadable(element.sourceline, _("too many elements inside one"))
    return element


def parts(element: Element) -> dict[str, Element]:
    """The children by name; of several with one name the first."""
    found: dict[str, Element] = {}
    for child in bounded(element):
        found.setdefault(_local(str(child.tag)), child)
    return found


def text(element: Element | None, *, longest: int = LONGEST_TEXT) -> str:
    written = None if element is None else element.text
    if not written or element is None:
        return ""
    words = written.strip()
    if len(words) > longest:
        raise Unreadable(
            element.sourceline,
            _("«%(name)s» is longer than %(longest)s characters", name=local(element), longest=longest),
        )
    return words


def ref(owner: Element, element: Element | None) -> str:
    """Ид: an opaque string; GUIDs come in both cases, so compared in lower."""
    known_as = text(element, longest=LONGEST_REF).lower()
    if not known_as:
        raise Unreadable(owner.sourceline, _("«%(name)s» has no «Ид»", name=local(owner)))
    return known_as


def name(element: Element | None) -> str:
    return " ".join(text(element, longest=LONGEST_NAME).split())


def number(element: Element) -> Decimal:
    """Spaces of any kind between digits and a decimal comma are understood, anything else is refused."""
    written = text(element, longest=LONGEST_NAME)
    plain = "".join(written.split()).replace(",", ".")
    if not NUMBER.fullmatch(plain):
        raise Unreadable(
            element.sourceline,
            _("«%(name)s»: «%(value)s» is not a number", name=local(element), value=written[:40]),
        )
    return Decimal(plain)


def not_negative(element: Element) -> Decimal:
    value = number(element)
    if value < 0:
        raise Unreadable(element.sourceline, _("«%(name)s» is negative", name=local(element)))
    return value


def flag(written: str | None) -> bool | None:
    match (written or "").strip().lower():
        case "true" | "1" | "да" | "истина":
            return True
        case "false" | "0" | "нет" | "ложь":
            return False
        case _:
            return None


def is_deleted(element: Element, fields: dict[str, Element]) -> bool:
    """A mark of 3.1 (an element) or of 2.x (the attribute Статус)."""
    return bool(flag(text(fields.get("ПометкаУдаления")))) or element.get("Статус", "").strip().lower() in (
        "удален",
        "удалён",
    )
