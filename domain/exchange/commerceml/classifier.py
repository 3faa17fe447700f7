"""Классификатор: groups, properties with their variants, types of prices."""

from collections.abc import Iterator

from domain.exchange.commerceml.elements import Element, children, is_deleted, name, parts, ref, text
from domain.exchange.commerceml.records import Group, PriceType, Property
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _


def groups(element: Element, above: tuple[str, ...] = ()) -> Iterator[Group]:
    """A group and those nested in it, parents first."""
    fields = parts(element)
    own = ref(element, fields.get("Ид"))
    if own in above:
        raise Unreadable(element.sourceline, _("group %(ref)s is inside itself", ref=own))
    yield Group(
        line=element.sourceline or 0,
        ref=own,
        name=name(fields.get("Наименование")),
        parent=above[-1] if above else None,
        deleted=is_deleted(element, fields),
    )
    for inner in children(fields.get("Группы"), "Группа"):
        yield from groups(inner, (*above, own))


def property_(element: Element) -> Property:
    fields = parts(element)
    return Property(
        line=element.sourceline or 0,
        ref=ref(element, fields.get("Ид")),
        name=name(fields.get("Наименование")),
        variants=dict(_variants(fields.get("ВариантыЗначений"))),
        deleted=is_deleted(element, fields),
    )


def _variants(element: Element | None) -> Iterator[tuple[str, str]]:
    for variant in children(element, "Справочник"):
        fields = parts(variant)
        yield ref(variant, fields.get("ИдЗначения")), text(fields.get("Значение"))


def price_type(element: Element) -> PriceType:
    fields = parts(element)
    return PriceType(
        line=element.sourceline or 0,
        ref=ref(element, fields.get("Ид")),
        name=name(fields.get("Наименование")),
        currency=currency(text(fields.get("Валюта"))),
    )


CURRENCIES = {
    "": "RUB",
    "руб": "RUB",
    "руб.": "RUB",
    "rub": "RUB",
    "rur": "RUB",
    "643": "RUB",
    "810": "RUB",
    "840": "USD",
    "978": "EUR",
}


def currency(written: str) -> str:
    return CURRENCIES.get(written.lower(), written.upper()[:3])
