"""Offers: what a unit or a service costs. An offer may come before its good; then it waits."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from domain.estate import importing as estate
from domain.estate.prices import reprice
from domain.estate.pricing import master
from domain.exchange.catalogue import links, memory
from domain.exchange.catalogue.links import Link
from domain.exchange.catalogue.taking import Taking
from domain.exchange.commerceml.records import Offer, Price
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel import money
from domain.kernel.text import _, ngettext
from domain.quotes import importing as quotes


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer with its one price that matters."""

    ref: str
    name: str | None
    price: Decimal | None
    deleted: bool = False

    @property
    def good(self) -> str:
        return self.ref.partition("#")[0]


def take(taking: Taking, batch: Sequence[Offer]) -> None:
    _apply(taking, [_asked(taking, offer) for offer in batch])


def take_waiting(taking: Taking, refs: list[str]) -> None:
    """Offers that came before the goods that have just been tied."""
    waited = memory.waited(taking.session, taking.connection_id, refs) if refs else {}
    _apply(taking, [_restored(ref, body) for ref, body in sorted(waited.items())])


def _asked(taking: Taking, offer: Offer) -> Asked:
    price = _chosen(offer.prices or (), taking.price_type)
    if price and price.currency != "RUB":
        taking.report.remark(
            _("Line %(line)s: a price in %(currency)s is not taken", line=offer.line, currency=price.currency)
        )
        price = None
    if price and price.amount > money.LARGEST:
        raise Unreadable(offer.line, _("the price %(amount)s is too large", amount=price.amount))
    return Asked(offer.ref, offer.name, money.rounded(price.amount) if price else None, offer.deleted)


def _chosen(prices: Iterable[Price], price_type: str | None) -> Price | None:
    return next((price for price in prices if price_type in (None, price.price_type)), None)


def _apply(taking: Taking, batch: Sequence[Asked]) -> None:
    linked = links.known(
        taking.session, taking.connection_id, {ref for offer in batch for ref in (offer.ref, offer.good)}
    )
    prices: dict[int, Decimal | None] = {}
    withdrawn: list[int] = []
    services: dict[int, quotes.Described] = {}
    characteristics: list[Asked] = []
    waiting: dict[str, dict[str, Any]] = {}
    for offer in batch:
        match linked.get(offer.ref) or linked.get(offer.good):
            case Link("unit", unit_id):
                if offer.deleted:
                    withdrawn.append(unit_id)
                elif offer.price is not None:
                    prices[unit_id] = offer.price or None
            case Link("service", service_id) if offer.ref in linked:
                services[service_id] = quotes.Described(
                    price=offer.price, on_offer=False if offer.deleted else None
                )
            case Link("service", _service) if offer.name:
                characteristics.append(offer)
            case _ if offer.price is not None:
                waiting[offer.ref] = _kept(offer)
    _apply_to_units(taking, prices, withdrawn)
    _apply_to_services(taking, services)
    _add_characteristics(taking, characteristics)
    memory.wait(taking.session, taking.connection_id, waiting.items())
    taking.report.waiting += len(waiting)


def _apply_to_units(taking: Taking, prices: dict[int, Decimal | None], withdrawn: list[int]) -> None:
    ours = master.ours(taking.session, prices) if prices else {}
    if others := sum(prices[unit_id] != price for unit_id, price in ours.items()):
        taking.report.remark(_untaken(others))
    prices = {unit_id: price for unit_id, price in prices.items() if unit_id not in ours}
    repriced = reprice(taking.session, prices) if prices else set()
    taking.report.prices.update(changed=len(repriced), same=len(prices) - len(repriced))
    taking.report.withdrawn += estate.withdraw(taking.session, withdrawn) if withdrawn else 0


def _untaken(count: int) -> str:
    return ngettext(
        "%(count)s price is not taken: price lists here set it",
        "%(count)s prices are not taken: price lists here set them",
        count,
        count=count,
    )


def _apply_to_services(taking: Taking, services: dict[int, quotes.Described]) -> None:
    changed = quotes.edit(taking.session, services) if services else set()
    taking.report.prices.update(changed=len(changed), same=len(services) - len(changed))


def _add_characteristics(taking: Taking, offers: Sequence[Asked]) -> None:
    """«Платье (39, красное)» is a line of the catalogue of its own: it has its own price."""
    described = [
        quotes.Described(name=(offer.name or "")[:500], price=offer.price, on_offer=not offer.deleted)
        for offer in offers
    ]
    added = quotes.add(taking.session, described, now=taking.now) if described else []
    ties = [
        (offer.ref, "", Link("service", service.id)) for offer, service in zip(offers, added, strict=True)
    ]
    links.tie(taking.session, taking.connection_id, ties)
    taking.report.services.update(added=len(added))


def _kept(offer: Asked) -> dict[str, Any]:
    return asdict(offer) | {"price": str(offer.price)}


def _restored(ref: str, body: dict[str, Any]) -> Asked:
    return replace(Asked(ref, body["name"], None, body["deleted"]), price=Decimal(body["price"]))
