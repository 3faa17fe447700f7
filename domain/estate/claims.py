"""Claims on units: who holds one, how it is locked, when it may be had, and how a claim ends.

Verbs over claims (`booking`, `swapping`, `contracts`, the waiting lists) are made of these. Rows of units are
locked in order of their numbers, and before anything else of the same transaction; the partial unique index
on claims that hold is the last line, which nobody can go around.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain import approvals, events
from domain.access.models import User
from domain.access.policy import may_act_for
from domain.estate.models import Availability, Booking, BookingKind, BookingState, Floor, Section, Unit
from domain.estate.writing import among
from domain.kernel import formats
from domain.kernel.db import LOCK, UNIT, kept, pick
from domain.kernel.errors import Forbidden, Refused
from domain.kernel.text import _

EXTENSION = "extension"
"""The kind of approval by which a booking is extended beyond its maker's own right."""
DISCOUNT = "discount"
"""The kind by which a discount above its giver's limit is given."""
TopicsOf = Callable[[Session, int], Iterable[str]]
deal_topics: list[TopicsOf] = []
"""Filled from above: which open screens follow a deal (deals are not known here)."""


class Line(Protocol):
    """What waits for a unit, as far as it is known here; every call comes with the unit's row locked."""

    def tied(self, session: Session, deal_id: int) -> set[int]:
        """The units the deal waits for."""

    def demand_turn(self, session: Session, unit: Unit, *, deal_id: int, now: datetime) -> None:
        """Refuse who is not the first in the line of a unit that nobody holds."""

    def booked(self, session: Session, booking: Booking, *, now: datetime) -> None: ...
    def ended(self, session: Session, booking: Booking, *, now: datetime) -> None: ...
    def freed(self, session: Session, unit: Unit, *, now: datetime) -> None: ...
    def refused(self, session: Session, deal_id: int, *, by: User | None, now: datetime) -> None:
        """A deal that is over waits for nothing."""


lines: list[Line] = []
"""Filled by the waiting lists, which stand above."""
OFFER_ENDS = {"booking.cancelled": "booking.declined", "booking.expired": "booking.lapsed"}


class Taken(Refused):
    """Somebody was first. `booking` is theirs."""

    def __init__(self, unit: Unit, booking: Booking, *, now: datetime) -> None:
        self.booking = booking
        told: dict[str, str] = {
            "number": unit.number,
            "who": booking.booked_by.name,
            "when": formats.told(booking.booked_at, now=now),
            "until": formats.told(booking.until, now=now),
        }
        if booking.state is not BookingState.ACTIVE:
            super().__init__(_("Unit %(number)s is under contract or sold: %(who)s, %(when)s", **told))
        elif booking.kind is BookingKind.OFFER:
            super().__init__(
                _("Unit %(number)s is offered to the first in its line: %(who)s; until %(until)s", **told)
            )
        else:
            super().__init__(
                _("Unit %(number)s is already booked: %(who)s, %(when)s; until %(until)s", **told)
            )


def active(session: Session, unit: Unit, *, now: datetime) -> Booking | None:
    """The booking that holds the unit now; one past its term holds nothing, swept or not."""
    found = claim_of(session, unit)
    return found if found is not None and holds(found, now=now) else None


def holds(booking: Booking, *, now: datetime) -> bool:
    """Whether it holds its unit: a contract and a sale have no term."""
    return booking.closed_at is None and (booking.state is not BookingState.ACTIVE or booking.until > now)


def lock(session: Session, unit: Unit) -> None:
    """Wait for whoever is at this unit, then see it as it is now.

    Not for who only refers to it: two who both do and then lock it would wait for each other.
    """
    session.refresh(unit, with_for_update=LOCK)


def lock_all(session: Session, unit_ids: Iterable[int]) -> list[Unit]:
    """Lock these units, lowest number first, and see them as they are now."""
    rows = select(Unit).where(among(list(unit_ids))).order_by(col(Unit.id))
    locked = rows.with_for_update(key_share=True, of=Unit).execution_options(populate_existing=True)
    return list(session.exec(locked).all())


def tied(session: Session, deal_id: int) -> set[int]:
    """The units a deal holds or waits for: what a refusal of the deal frees."""
    held = pick(col(Booking.unit_id)).where(col(Booking.deal_id) == deal_id, col(Booking.closed_at).is_(None))
    return set(session.execute(held).scalars()).union(*(line.tied(session, deal_id) for line in lines))


def lock_held(session: Session, deal_id: int) -> set[int]:
    """Lock the units a deal is tied to, for who will lock the deal and then free them. Returns which.

    Between the two locks the deal may be tied to one more: whoever frees compares `tied` with this.
    """
    unit_ids = tied(session, deal_id)
    if unit_ids:
        lock_all(session, unit_ids)
    return unit_ids


def claim_of(session: Session, unit: Unit) -> Booking | None:
    """The booking not closed yet, with its holder, as it is now whatever was read before."""
    return session.exec(_claim(), params={"unit": unit.id}).first()


@kept
def _claim() -> SelectOfScalar[Booking]:
    holder: Any = Booking.booked_by
    return (
        select(Booking)
        .join(holder)
        .where(col(Booking.unit_id) == UNIT, col(Booking.closed_at).is_(None))
        .options(contains_eager(holder))
        .execution_options(populate_existing=True)
    )


def free_or_refuse(session: Session, unit: Unit, *, deal_id: int, now: datetime) -> Decimal:
    """The price to freeze, when the unit is free, for sale, and it is this deal's turn."""
    found = claim_of(session, unit)
    if found is not None and holds(found, now=now):
        raise Taken(unit, found, now=now)
    if found is not None:
        end(session, found, unit, BookingState.EXPIRED, "booking.expired", by=None, now=now)
    reasons = {
        Availability.SOLD: _("Unit %(number)s is sold", number=unit.number),
        Availability.CONTRACT: _("Unit %(number)s is under contract", number=unit.number),
        Availability.OFF: _("Unit %(number)s is not for sale", number=unit.number),
    }
    if unit.availability in reasons:
        raise Refused(reasons[unit.availability])
    if unit.price is None:
        raise Refused(_("Unit %(number)s has no price yet", number=unit.number))
    for line in lines:
        line.demand_turn(session, unit, deal_id=deal_id, now=now)
    return unit.price


def lock_active(session: Session, booking: Booking, *, now: datetime) -> Unit:
    unit = session.get_one(Unit, booking.unit_id)
    lock(session, unit)
    session.refresh(booking)
    if booking.closed_at is None and booking.state is not BookingState.ACTIVE:
        raise Refused(
            _("Unit %(number)s is under contract: only its termination frees it", number=unit.number)
        )
    if booking.state is not BookingState.ACTIVE or booking.until <= now:
        raise Refused(_("This booking is already over"))
    return unit


def demand_right(session: Session, booking: Booking, *, by: User) -> None:
    """One's own booking, or one of the people below."""
    if not may_act_for(session, by, booking.booked_by_id):
        raise Forbidden(
            _("This booking belongs to %(who)s. Ask them or their head.", who=booking.booked_by.name)
        )


def close(
    session: Session,
    booking: Booking,
    unit: Unit,
    state: BookingState,
    event: str,
    *,
    by: User | None,
    now: datetime,
    **payload: Any,
) -> None:
    """The claim is over, and the unit goes to the first who waits for it in the same breath."""
    end(session, booking, unit, state, event, by=by, now=now, **payload)
    for line in lines:
        line.freed(session, unit, now=now)


def end(
    session: Session,
    booking: Booking,
    unit: Unit,
    state: BookingState,
    event: str,
    *,
    by: User | None,
    now: datetime,
    **payload: Any,
) -> None:
    booking.state, booking.closed_at = state, now
    session.flush()
    for kind in (EXTENSION, DISCOUNT):
        approvals.lapse(session, kind, booking.id, now=now)
    told = OFFER_ENDS.get(event, event) if booking.kind is BookingKind.OFFER else event
    record(session, told, booking, unit, by=by, **payload)
    for line in lines:
        line.ended(session, booking, now=now)


def record(
    session: Session, name: str, booking: Booking, unit: Unit, *, by: User | None, **payload: Any
) -> None:
    topics = {f"building-{building_of(session, unit)}", f"unit-{unit.id}", f"deal-{booking.deal_id}"}
    for of in deal_topics:
        topics.update(of(session, booking.deal_id))
    events.record(
        session,
        name,
        booking,
        by=by,
        deal=booking.deal_id,
        topics=topics,
        unit=unit.id,
        number=unit.number,
        **payload,
    )


def building_of(session: Session, unit: Unit) -> int:
    building = pick(Section.building_id).join(Floor, col(Floor.section_id) == Section.id)
    return session.execute(building.where(col(Floor.id) == unit.floor_id)).scalar_one()
