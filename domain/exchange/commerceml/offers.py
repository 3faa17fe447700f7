"""Предложение of a ПакетПредложений: prices and stocks of a good or of its characteristic."""

from decimal import Decimal

from domain.exchange.commerceml.classifier import currency
from domain.exchange.commerceml.elements import (
    Element,
    children,
    is_deleted,
    name,
    not_negative,
    number,
    parts,
    ref,
    text,
)
from domain.exchange.commerceml.goods import named_values
from domain.exchange.commerceml.records import Offer, Price
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _


def offer(element: Element) -> Offer:
    fields = parts(element)
    quantity = fields.get("Количество")
    return Offer(
        line=element.sourceline or 0,
        ref=ref(element, fields.get("Ид")),
        name=name(fields.get("Наименование")) or None,
        prices=_prices(fields.get("Цены")),
        quantity=number(quantity) if quantity is not None and text(quantity) else None,
        stocks=_stocks(element, fields),
        traits=dict(named_values(fields.get("ХарактеристикиТовара"), "ХарактеристикаТовара")),
        deleted=is_deleted(element, fields),
    )


def _prices(element: Element | None) -> tuple[Price, ...] | None:
    return None if element is None else tuple(_price(child) for child in children(element, "Цена"))


def _price(element: Element) -> Price:
    fields = parts(element)
    amount = fields.get("ЦенаЗаЕдиницу")
    if amount is None:
        raise Unreadable(element.sourceline, _("a price without «ЦенаЗаЕдиницу»"))
    return Price(
        price_type=text(fields.get("ИдТипаЦены")).lower(),
        amount=not_negative(amount),
        currency=currency(text(fields.get("Валюта"))),
    )


def _stocks(element: Element, fields: dict[str, Element]) -> dict[str, Decimal] | None:
    """Flat <Склад ИдСклада КоличествоНаСкладе> of 2.x, or Остатки/Остаток/Склад of 3.1."""
    flat = {place.get("ИдСклада", "").strip().lower(): place for place in children(element, "Склад")}
    if flat:
        return {store: _attribute(place, "КоличествоНаСкладе") for store, place in flat.items()}
    if (rests := fields.get("Остатки")) is None:
        return None
    return dict(_rest(place) for rest in children(rests, "Остаток") for place in children(rest, "Склад"))


def _attribute(place: Element, attribute: str) -> Decimal:
    try:
        return Decimal("".join(place.get(attribute, "0").split()).replace(",", ".") or "0")
    except ArithmeticError:
        raise Unreadable(
            place.sourceline,
            _("«%(name)s»: «%(value)s» is not a number", name=attribute, value=place.get(attribute, "")[:40]),
        ) from None


def _rest(place: Element) -> tuple[str, Decimal]:
    fields = parts(place)
    amount = fields.get("Количество")
    return text(fields.get("Ид")).lower(), Decimal(0) if amount is None else number(amount)
