"""From a booking to a contract, to a sale, and back: no term any more, only a person's word ends it."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from domain.access.models import User
from domain.access.policy import Permission, may, may_act_for
from domain.estate import claims
from domain.estate.claims import lines, lock, lock_all
from domain.estate.contracts.models import UnitContract
from domain.estate.models import Availability, Booking, BookingKind, BookingState, Unit
from domain.estate.terms import allowances, kinds
from domain.events import Event, names
from domain.kernel import formats
from domain.kernel.db import pick
from domain.kernel.errors import Forbidden, Refused
from domain.kernel.text import _

LONGEST_NUMBER = 50
LONGEST_REASON = 300
STEPS = (names.BOOKING_CONTRACTED, names.BOOKING_SOLD, names.BOOKING_TERMINATED)


def contract(session: Session, booking: Booking, *, number: str, by: User, now: datetime) -> UnitContract:
    """The booking is under contract now: it has no term and is not cancelled, only terminated."""
    told = number.strip()
    if not 0 < len(told) <= LONGEST_NUMBER:
        raise Refused(_("Write the number of the contract, up to %(most)s characters", most=LONGEST_NUMBER))
    unit = claims.lock_active(session, booking, now=now)
    _demand_signer(session, booking, by=by)
    if booking.kind is BookingKind.OFFER:
        raise Refused(_("The offer is not accepted yet"))
    made = UnitContract(booking_id=booking.id, number=told, made_at=now, made_by_id=by.id)
    session.add(made)
    booking.state = BookingState.CONTRACT
    session.flush()
    claims.record(session, names.BOOKING_CONTRACTED, booking, unit, by=by, contract=told, at=now)
    return made


def contract_all(
    session: Session, bookings: Iterable[Booking], *, number: str, by: User, now: datetime
) -> None:
    """One contract for all of the units, or for none."""
    inside = sorted(bookings, key=lambda booking: booking.unit_id)
    lock_all(session, [booking.unit_id for booking in inside])
    for booking in inside:
        contract(session, booking, number=number, by=by, now=now)


def sell(session: Session, booking: Booking, *, by: User, now: datetime) -> None:
    """The contract is registered: the unit is sold."""
    unit = _lock_in(session, booking, BookingState.CONTRACT)
    _demand_signer(session, booking, by=by)
    made = contract_of(session, booking)
    made.sold_at, made.sold_by_id = now, by.id
    booking.state = BookingState.SOLD
    session.flush()
    claims.record(session, names.BOOKING_SOLD, booking, unit, by=by, contract=made.number, at=now)


def terminate(session: Session, booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    """The contract is over: the unit goes to the first who waits, else back to sale when 1C sells it."""
    told = reason.strip()[:LONGEST_REASON]
    if not told:
        raise Refused(_("Say why the contract is terminated"))
    unit = _lock_in(session, booking, BookingState.CONTRACT, BookingState.SOLD)
    _demand_signer(session, booking, by=by)
    made = contract_of(session, booking)
    made.ended_at, made.ended_by_id, made.reason = now, by.id, told
    claims.close(
        session, booking, unit, BookingState.CANCELLED, names.BOOKING_TERMINATED,
        by=by, now=now, contract=made.number, reason=told, was=booking.state.value, at=now,
    )  # fmt: skip


def take_back(session: Session, booking: Booking, *, by: User, now: datetime) -> str:
    """Undo the last of the three on its own day, while 1C has not taken it over. Says what was undone.

    A contract took no place of the limits, the booking takes one again: raises LimitReached.
    """
    unit = session.get_one(Unit, booking.unit_id)
    lock(session, unit)
    session.refresh(booking)
    _demand_signer(session, booking, by=by)
    last = _last_step(session, booking)
    if last is None or formats.here(last.at).date() != formats.here(now).date():
        raise Refused(_("This can be taken back only on the day it was done"))
    if unit.availability in (Availability.CONTRACT, Availability.SOLD):
        raise Refused(_("1C already knows of it: it can't be taken back here"))
    undo = {
        names.BOOKING_CONTRACTED: _unsign,
        names.BOOKING_SOLD: _unsell,
        names.BOOKING_TERMINATED: _resume,
    }
    undo[last.name](session, booking, unit, last, by=by, now=now)
    claims.record(
        session, names.BOOKING_RESTORED, booking, unit, by=by, undone=last.name, state=booking.state.value
    )
    return last.name


def _unsign(session: Session, booking: Booking, unit: Unit, last: Event, *, by: User, now: datetime) -> None:
    if booking.until <= now:
        raise Refused(_("The term of the booking is over by now: terminate the contract instead"))
    terms, holder = kinds.of(session, booking.kind), booking.booked_by
    allowances.demand_room(session, terms, deal_id=booking.deal_id, units=[unit.id], by=holder, now=now)
    made = contract_of(session, booking)
    made.ended_at, made.ended_by_id = now, by.id
    booking.state = BookingState.ACTIVE
    session.flush()


def _unsell(session: Session, booking: Booking, unit: Unit, last: Event, *, by: User, now: datetime) -> None:
    made = contract_of(session, booking)
    made.sold_at = made.sold_by_id = None
    booking.state = BookingState.CONTRACT
    session.flush()


def _resume(session: Session, booking: Booking, unit: Unit, last: Event, *, by: User, now: datetime) -> None:
    if claims.claim_of(session, unit) is not None:
        raise Refused(_("Unit %(number)s is already held by somebody else", number=unit.number))
    ended = select(UnitContract).where(UnitContract.booking_id == booking.id)
    made = session.exec(ended.order_by(col(UnitContract.id).desc()).limit(1)).one()
    made.ended_at, made.ended_by_id, made.reason = None, None, ""
    booking.state, booking.closed_at = BookingState(last.payload["was"]), None
    session.flush()
    for line in lines:
        line.booked(session, booking, now=now)


def contract_of(session: Session, booking: Booking) -> UnitContract:
    """The contract in force."""
    made = select(UnitContract).where(
        UnitContract.booking_id == booking.id, col(UnitContract.ended_at).is_(None)
    )
    return session.exec(made.execution_options(populate_existing=True)).one()


def contracted(session: Session, deal_id: int) -> list[str]:
    """Numbers of the units the deal has under contract or sold: it is not refused before these are over."""
    kept = (
        pick(Unit.number)
        .join(Booking, col(Booking.unit_id) == Unit.id)
        .where(
            col(Booking.deal_id) == deal_id,
            col(Booking.state).in_([BookingState.CONTRACT, BookingState.SOLD]),
        )
        .order_by(col(Unit.id))
    )
    return list(session.execute(kept).scalars())


def _last_step(session: Session, booking: Booking) -> Event | None:
    """The last of contract, sale and termination, unless something came after it."""
    about = select(Event).where(Event.subject_kind == "booking", Event.subject_id == booking.id)
    last = session.exec(about.order_by(col(Event.id).desc()).limit(1)).first()
    return last if last is not None and last.name in STEPS else None


def _lock_in(session: Session, booking: Booking, *states: BookingState) -> Unit:
    unit = session.get_one(Unit, booking.unit_id)
    lock(session, unit)
    session.refresh(booking)
    if booking.state not in states:
        raise Refused(_("Unit %(number)s is not under contract for this deal now", number=unit.number))
    return unit


def _demand_signer(session: Session, booking: Booking, *, by: User) -> None:
    """The accountant, or the head of whoever holds the booking."""
    if not (may(by, Permission.ESTATE_CONTRACT) and may_act_for(session, by, booking.booked_by_id)):
        raise Forbidden(_("Contracts are confirmed by the head or the accountant"))
