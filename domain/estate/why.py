"""Why a unit is not free: who holds it, until when, what gives it back, and who is next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import status
from domain.estate.claims import active
from domain.estate.models import Availability, Booking, BookingKind, BookingState, Unit, UnitStatus
from domain.estate.waiting import WaitingState, lines
from domain.events import Event, names
from domain.kernel.db import UNIT, ask, kept, pick
from domain.kernel.text import _


@dataclass(frozen=True)
class Awaiting:
    """Somebody who gets the unit when it is free again."""

    deal_id: int
    who: str
    """The colleague who keeps the deal."""
    since: datetime


@dataclass(frozen=True)
class Why:
    status: UnitStatus
    booking: Booking | None
    """Our own claim, whatever 1C says."""
    theirs: Availability
    since: datetime | None
    """From when 1C says what it says; None when it has never said anything else and nobody saw it come."""
    next: list[Awaiting]

    @property
    def shut_by_1c(self) -> bool:
        return self.theirs is not Availability.ON_SALE

    @property
    def has_term(self) -> bool:
        return self.booking is not None and self.booking.state is BookingState.ACTIVE

    @property
    def releases(self) -> list[str]:
        """Everything that has to happen before the unit is free, in sentences."""
        told = []
        if self.booking is not None and self.booking.kind is BookingKind.OFFER:
            told.append(_("A refusal of the one it is offered to, or the end of the time to answer"))
        elif self.has_term:
            told.append(_("The end of the term, unless the booking is extended"))
            told.append(_("Release by whoever booked it or by their head"))
        elif self.booking is not None:
            told.append(_("Termination of the contract"))
        if self.shut_by_1c:
            told.append(_("The word of 1C that the unit is on sale"))
        if self.next:
            told.append(_("After that it is offered to the next in line first"))
        return told


def why(session: Session, unit: Unit, *, now: datetime) -> Why | None:
    """The explanation; None for a unit that is free."""
    return explain(session, unit, active(session, unit, now=now))


def explain(session: Session, unit: Unit, booking: Booking | None) -> Why | None:
    """The same for who has read already which booking holds the unit now."""
    present = status(unit.availability, booking.state if booking else None)
    if present is UnitStatus.FREE:
        return None
    shut = unit.availability is not Availability.ON_SALE
    return Why(
        status=present,
        booking=booking,
        theirs=unit.availability,
        since=_said_since(session, unit) if shut else None,
        next=[
            Awaiting(one.deal_id, one.who.name, one.since)
            for one in lines.line(session, unit.id)
            if one.state is WaitingState.WAITING
        ],
    )


def _said_since(session: Session, unit: Unit) -> datetime | None:
    """When 1C last changed its word of the unit, else when the unit came."""
    return ask(session, _said(), {"unit": unit.id}).scalar_one()


@kept
def _said() -> sa.Select[Any]:
    return pick(sa.func.max(Event.at)).where(
        col(Event.subject_kind) == "unit",
        col(Event.subject_id) == UNIT,
        col(Event.name).in_([names.UNIT_AVAILABILITY_CHANGED, names.UNIT_ADDED]),
    )
