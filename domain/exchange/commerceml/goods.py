"""Товар of a Каталог."""

from collections.abc import Iterator

from domain.exchange.commerceml.elements import (
    LONGEST_REF,
    Element,
    bounded,
    children,
    flag,
    is_deleted,
    local,
    name,
    parts,
    ref,
    text,
)
from domain.exchange.commerceml.records import Good

FULL_NAME = "полное наименование"


def good(element: Element) -> Good:
    fields = parts(element)
    requisites = dict(named_values(fields.get("ЗначенияРеквизитов"), "ЗначениеРеквизита"))
    return Good(
        line=element.sourceline or 0,
        ref=ref(element, fields.get("Ид")),
        name=name(fields.get("Наименование")) or requisites.get(FULL_NAME, ""),
        article=text(fields.get("Артикул")),
        measure=measure(fields.get("БазоваяЕдиница")),
        description=text(fields.get("Описание")),
        groups=tuple(text(child).lower() for child in children(fields.get("Группы"), "Ид")),
        properties=dict(_properties(fields.get("ЗначенияСвойств"))),
        traits=dict(named_values(fields.get("ХарактеристикиТовара"), "ХарактеристикаТовара")),
        requisites=requisites,
        tax_rate=_tax_rate(fields.get("СтавкиНалогов")),
        catalogue=_catalogue(element),
        deleted=is_deleted(element, fields) or bool(flag(requisites.get("пометкаудаления"))),
    )


def named_values(element: Element | None, kind: str) -> Iterator[tuple[str, str]]:
    """Pairs «Наименование — Значение», names in lower case; the last of equal names stands."""
    for child in children(element, kind):
        fields = parts(child)
        yield name(fields.get("Наименование")).lower(), text(fields.get("Значение"))


def _properties(element: Element | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """In one walk over each value: a unit has a dozen of them, which is most of its reading."""
    for child in children(element, "ЗначенияСвойства"):
        known_as: Element | None = None
        values: list[str] = []
        for part in bounded(child):
            kind = local(part)
            if kind == "Значение":
                values.append(text(part))
            elif kind == "Ид" and known_as is None:
                known_as = part
        yield ref(child, known_as), tuple(value for value in values if value)


def measure(element: Element | None) -> str:
    """«шт», a short name from the attributes, or the bare code of 3.1: whatever is written."""
    if element is None:
        return ""
    return (
        text(element) or element.get("МеждународноеСокращение", "").strip() or element.get("Код", "").strip()
    )


def _tax_rate(element: Element | None) -> str | None:
    for rate in children(element, "СтавкаНалога"):
        return text(parts(rate).get("Ставка")) or None
    return None


def _catalogue(element: Element) -> str:
    goods = element.getparent()
    above = None if goods is None else goods.getparent()
    return text(next(children(above, "Ид"), None), longest=LONGEST_REF).lower()
