"""What must hold of units and bookings at every moment, computed now from the rows themselves.

Nothing here is kept or counted beforehand: each invariant is one statement that finds the rows breaking it,
so an empty answer is the proof. Layers above add those that need to know more (`domain.deals.invariants`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.estate.models import Availability, Booking, BookingState, Building, Floor, Section, Unit
from domain.events import Event
from domain.kernel.db import pick
from domain.kernel.text import _

GRACE = timedelta(seconds=5)
"""How late the sweeper may be before a booking past its term is a fault."""
SHOWN = 50
"""Rows named on the page; all of them are counted."""

Broken = Callable[[datetime], sa.Select[Any]]
"""A SELECT of (unit_id, booking_id or null) of the rows that break the invariant at this moment."""


@dataclass(frozen=True)
class Invariant:
    key: str
    title: Callable[[], str]
    how: Callable[[], str]
    """How it is counted, for people."""
    broken: Broken


@dataclass(frozen=True)
class Row:
    unit_id: int
    number: str
    building: str
    booking_id: int | None
    deal_id: int | None
    until: datetime | None


@dataclass(frozen=True)
class Finding:
    invariant: Invariant
    count: int
    rows: list[Row]
    milliseconds: float


def check(session: Session, *, now: datetime) -> list[Finding]:
    """Every invariant, each by one statement, with the time it took."""
    return [_found(session, each, now=now) for each in INVARIANTS]


def counts(session: Session, *, now: datetime) -> dict[str, int]:
    """How many rows break each: for the instruments of who runs the site."""
    found = {}
    for each in INVARIANTS:
        broken = each.broken(now).subquery()
        found[each.key] = session.execute(sa.select(sa.func.count()).select_from(broken)).scalar_one()
    return found


def _found(session: Session, invariant: Invariant, *, now: datetime) -> Finding:
    broken = invariant.broken(now).cte("broken").prefix_with("materialized")
    whole = sa.select(sa.func.count()).select_from(broken).scalar_subquery()
    some = sa.select(broken).order_by(broken.c.unit_id).limit(SHOWN).subquery()
    named = (
        pick(
            Unit.id, Unit.number, Building.name, some.c.booking_id, Booking.deal_id, Booking.until,
            whole.label("whole"),
        )
        .select_from(some)
        .join(Unit, col(Unit.id) == some.c.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .outerjoin(Booking, col(Booking.id) == some.c.booking_id)
        .order_by(col(Unit.id), some.c.booking_id)
    )  # fmt: skip
    began = perf_counter()
    rows = session.execute(named).all()
    took = (perf_counter() - began) * 1000
    return Finding(invariant, rows[0].whole if rows else 0, [Row(*row[:6]) for row in rows], took)


# -- the statements ---------------------------------------------------------------------------


def _claims(*where: Any) -> sa.Select[Any]:
    """Bookings that are not over, with their units."""
    joined = pick(col(Booking.unit_id), col(Booking.id).label("booking_id")).join(
        Unit, col(Unit.id) == Booking.unit_id
    )
    return joined.where(col(Booking.closed_at).is_(None), *where)


def _claimed_twice(now: datetime) -> sa.Select[Any]:
    other = aliased(Booking)
    again = sa.exists().where(
        col(other.unit_id) == Booking.unit_id, col(other.closed_at).is_(None), col(other.id) != Booking.id
    )
    return _claims(again)


def _past_the_term(now: datetime) -> sa.Select[Any]:
    return _claims(col(Booking.state) == BookingState.ACTIVE, col(Booking.until) < now - GRACE)


def _booked_but_gone(now: datetime) -> sa.Select[Any]:
    gone = col(Unit.availability).in_([Availability.SOLD, Availability.CONTRACT])
    return _claims(col(Booking.state) == BookingState.ACTIVE, gone)


def _booked_off_sale(now: datetime) -> sa.Select[Any]:
    return _claims(
        col(Booking.state) == BookingState.ACTIVE, col(Unit.availability) == Availability.OFF
    )  # fmt: skip


def _ours_but_on_sale(now: datetime) -> sa.Select[Any]:
    ours = col(Booking.state).in_([BookingState.CONTRACT, BookingState.SOLD])
    return _claims(ours, col(Unit.availability) == Availability.ON_SALE)


def _price_not_frozen(now: datetime) -> sa.Select[Any]:
    """The price of the row against the last one that history tells of the booking."""
    told = sa.func.coalesce(
        Event.payload["changes"]["price"][1].astext,
        Event.payload["price"].astext,
    )
    last = (
        pick(sa.cast(told, sa.Numeric))
        .where(
            col(Event.subject_kind) == "booking",
            col(Event.subject_id) == Booking.id,
            told.is_not(None),
        )
        .order_by(col(Event.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    return _claims(last != Booking.price)


INVARIANTS: list[Invariant] = [
    Invariant(
        "claimed_twice",
        lambda: _("Units claimed twice"),
        lambda: _("Bookings, contracts and sales that are not over, two or more on one unit."),
        _claimed_twice,
    ),
    Invariant(
        "past_the_term",
        lambda: _("Bookings past their term"),
        lambda: _("Active bookings whose term ended more than 5 seconds ago."),
        _past_the_term,
    ),
    Invariant(
        "booked_but_gone",
        lambda: _("Units in two statuses"),
        lambda: _("An active booking of ours on a unit that is sold or under contract by the word of 1C."),
        _booked_but_gone,
    ),
    Invariant(
        "booked_off_sale",
        lambda: _("Bookings of units that are not for sale"),
        lambda: _("An active booking of ours on a unit 1C has taken off sale."),
        _booked_off_sale,
    ),
    Invariant(
        "ours_but_on_sale",
        lambda: _("Our contracts and sales that 1C has on sale"),
        lambda: _("A contract or a sale of ours on a unit that is on sale by the word of 1C."),
        _ours_but_on_sale,
    ),
    Invariant(
        "price_not_frozen",
        lambda: _("Prices that did not stay frozen"),
        lambda: _("The price of a booking is not the one its history tells."),
        _price_not_frozen,
    ),
]
