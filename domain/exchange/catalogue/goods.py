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


def take(taking: Taking, batch: Sequence[Good], *, is_full: bool) -> None:
    linked = links.known(taking.session, taking.connection_id, [good.ref for good in batch])
    units: list[tuple[Known, estate.Described]] = []
    services: list[Known] = []
    for good in batch:
        known, understood = (
            Known(good, linked.get(good.ref)),
            understand(good, taking.properties, taking.mapping),
        )
        for remark in understood.remarks:
            taking.report.remark(remark)
        if understood.unit:
            units.append((known, understood.unit))
        elif not understood.remarks:
            services.append(known)
    ties = [*_take_units(taking, units), *_take_services(taking, services)]
    _tie(taking, ties)
    if is_full:
        _list(taking, batch)
    offers.take_waiting(taking, [good.ref for good, _link in ties])


Tie = tuple[Good, Link]


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
    fresh = [known.good for known in services if known.link is None and _worth_adding(taking, known.good)]
    added = quotes.add(taking.session, [_described(good) for good in fresh], now=taking.now) if fresh else []
    taking.report.services.update(added=len(added), changed=len(changed), same=len(edited) - len(changed))
    _withdraw_undescribed(taking, [known for known in services if known.id_as(UNIT)])
    return [(good, Link(SERVICE, service.id)) for good, service in zip(fresh, added, strict=True)]


def _worth_adding(taking: Taking, good: Good) -> bool:
    if not good.name and not good.deleted:
        taking.report.remark(_("Line %(line)s: a good without a name; not taken", line=good.line))
    return bool(good.name) and not good.deleted


def _described(good: Good) -> quotes.Described:
    return quotes.Described(
        name=good.name[:500] or None,
        article=good.article[:100] or None,
        measure=good.measure[:50] or None,
        vat=good.tax_rate and good.tax_rate[:20],
        on_offer=not good.deleted,
    )


def _withdraw_undescribed(taking: Taking, units: Sequence[Known]) -> None:
    """Units whose good came without its properties: deleted in 1C, or spoilt there."""
    deleted = [known.link.local_id for known in units if known.link and known.good.deleted]
    taking.report.withdrawn += estate.withdraw(taking.session, deleted) if deleted else 0
    for known in units:
        if not known.good.deleted:
            taking.report.remark(
                _(
                    "Line %(line)s: «%(name)s» lost the properties of a unit; left as it was",
                    line=known.good.line,
                    name=known.good.name,
                )
            )


def _tie(taking: Taking, ties: Sequence[Tie]) -> None:
    pairs = [(good.ref, good.catalogue, link) for good, link in ties]
    links.tie(taking.session, taking.connection_id, pairs)


def _list(taking: Taking, batch: Sequence[Good]) -> None:
    for catalogue in {good.catalogue for good in batch}:
        named = [good.ref for good in batch if good.catalogue == catalogue]
        links.list_(taking.session, taking.connection_id, named, catalogue, at=taking.now)
