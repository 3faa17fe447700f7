"""Goods of a catalogue: some are units, the others are services, a few nobody can tell."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from domain.estate import Availability, Booking, BookingState, Unit
from domain.estate import importing as estate
from domain.exchange.catalogue import links, offers
from domain.exchange.catalogue.links import Link
from domain.exchange.catalogue.taking import Taking
from domain.exchange.commerceml.records import Good
from domain.exchange.commerceml.units import understand
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _
from domain.quotes import importing as quotes

UNIT, SERVICE = "unit", "service"


@dataclass(frozen=True, slots=True)
class Known:
    """A good and what it already is to us."""

    good: Good
    link: Link | None

    def id_as(self, kind: str) -> int | None:
        return self.link.local_id if self.link and self.link.local_kind == kind else None


Tie = tuple[Good, Link]


def take(taking: Taking, batch: Sequence[Good], *, is_full: bool) -> None:
    linked = links.known(taking.session, taking.connection_id, [good.ref for good in batch])
    known = [Known(good, linked.get(good.ref)) for good in batch]
    _take_deleted(taking, [one for one in known if one.good.deleted])
    units, services = _told_apart(taking, [one for one in known if not one.good.deleted])
    ties = [*_take_units(taking, units), *_take_services(taking, services)]
    pairs = [(good.ref, good.catalogue, link) for good, link in ties]
    links.tie(taking.session, taking.connection_id, pairs)
    if is_full:
        _list(taking, batch)
    offers.take_waiting(taking, [good.ref for good, _link in ties])


def _take_deleted(taking: Taking, gone: Sequence[Known]) -> None:
    """Before the living: a flat whose card was made anew in 1C comes as a deleted good and a new one."""
    units = [unit_id for one in gone if (unit_id := one.id_as(UNIT))]
    services = {id_: quotes.Described(on_offer=False) for one in gone if (id_ := one.id_as(SERVICE))}
    taking.report.withdrawn += estate.withdraw(taking.session, units) if units else 0
    taking.report.services.update(changed=len(quotes.edit(taking.session, services)) if services else 0)


def _told_apart(
    taking: Taking, living: Sequence[Known]
) -> tuple[list[tuple[Known, estate.Described]], list[Known]]:
    units, services = [], []
    for known in living:
        understood = understand(known.good, taking.properties, taking.mapping)
        for remark in understood.remarks:
            taking.report.remark(remark)
        if understood.unit:
            units.append((known, understood.unit))
        elif not understood.remarks:
            services.append(known)
    return units, services


def _take_units(taking: Taking, units: Sequence[tuple[Known, estate.Described]]) -> list[Tie]:
    if not units:
        return []
    try:
        taken = taking.stock.take([(known.id_as(UNIT), described) for known, described in units])
    except estate.Occupied as occupied:
        raise Unreadable(units[occupied.index][0].good.line, occupied.sentence) from None
    taking.report.units.update(one.outcome.value for one in taken)
    _remark_on_booked(taking, [one.unit for one in taken if one.outcome is estate.Outcome.CHANGED])
    _retire_services(taking, [known for known, _described in units])
    fresh = [
        (known.good, one)
        for (known, _described), one in zip(units, taken, strict=True)
        if known.id_as(UNIT) is None
    ]
    _adopt(taking, [(good, one.unit) for good, one in fresh if one.outcome is not estate.Outcome.ADDED])
    return [(good, Link(UNIT, one.unit.id)) for good, one in fresh]


def _adopt(taking: Taking, found: Sequence[tuple[Good, Unit]]) -> None:
    """Units recognised by their place: another «Ид» may have held them."""
    called = {unit.id: good for good, unit in found}
    untied = links.untie(taking.session, taking.connection_id, UNIT, list(called)) if called else {}
    for unit_id, before in untied.items():
        good = called[unit_id]
        taking.report.remark(
            _(
                "Line %(line)s: «%(name)s» was known under another «Ид» (%(ref)s)",
                line=good.line,
                name=good.name,
                ref=before,
            )
        )


def _remark_on_booked(taking: Taking, units: Sequence[Unit]) -> None:
    """1C took away what is booked here: a person must settle it."""
    gone = {unit.id: unit for unit in units if unit.availability in (Availability.SOLD, Availability.OFF)}
    booked = select(Booking.unit_id).where(
        Booking.state == BookingState.ACTIVE, col(Booking.unit_id).in_(gone)
    )
    for unit_id in taking.session.exec(booked.order_by(col(Booking.unit_id))) if gone else ():
        taking.report.remark(
            _("Unit %(number)s is booked here, but 1C no longer sells it", number=gone[unit_id].number)
        )


def _retire_services(taking: Taking, units: Sequence[Known]) -> None:
    """Goods that were services until their properties came."""
    retired = {
        service_id: quotes.Described(on_offer=False)
        for known in units
        if (service_id := known.id_as(SERVICE))
    }
    if retired:
        quotes.edit(taking.session, retired)


def _take_services(taking: Taking, services: Sequence[Known]) -> list[Tie]:
    edited = {
        service_id: _described(known.good) for known in services if (service_id := known.id_as(SERVICE))
    }
    changed = quotes.edit(taking.session, edited) if edited else set()
    fresh = [known.good for known in services if known.link is None and _has_name(taking, known.good)]
    added = quotes.add(taking.session, [_described(good) for good in fresh], now=taking.now) if fresh else []
    taking.report.services.update(added=len(added), changed=len(changed), same=len(edited) - len(changed))
    _remark_on_undescribed(taking, [known.good for known in services if known.id_as(UNIT)])
    return [(good, Link(SERVICE, service.id)) for good, service in zip(fresh, added, strict=True)]


def _has_name(taking: Taking, good: Good) -> bool:
    if not good.name:
        taking.report.remark(_("Line %(line)s: a good without a name; not taken", line=good.line))
    return bool(good.name)


def _described(good: Good) -> quotes.Described:
    return quotes.Described(
        name=good.name[:500] or None,
        article=good.article[:100] or None,
        measure=good.measure[:50] or None,
        vat=good.tax_rate and good.tax_rate[:20],
        on_offer=True,
    )


def _remark_on_undescribed(taking: Taking, goods: Sequence[Good]) -> None:
    """Units whose good has lost its properties: spoilt in 1C, or sent without its classifier."""
    for good in goods:
        taking.report.remark(
            _(
                "Line %(line)s: «%(name)s» lost the properties of a unit; left as it was",
                line=good.line,
                name=good.name,
            )
        )


def _list(taking: Taking, batch: Sequence[Good]) -> None:
    for catalogue in {good.catalogue for good in batch}:
        named = [good.ref for good in batch if good.catalogue == catalogue]
        links.list_(taking.session, taking.connection_id, named, catalogue, at=taking.now)
