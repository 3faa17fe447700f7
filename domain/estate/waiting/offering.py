"""A unit nobody holds is offered to the first who waits, in the transaction that freed it.

The offer is a booking of its own kind with the price frozen and a term to answer: nothing else on the
screen or in 1C has to know of it. Who holds the unit's row decides alone, so no two are offered it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access.models import User
from domain.estate import claims, pricing
from domain.estate.claims import lines as followers
from domain.estate.models import Availability, Booking, BookingKind, BookingState, Unit
from domain.estate.waiting import lines
from domain.estate.waiting.models import Waiting, WaitingState
from domain.events import names
from domain.kernel.db import pick
from domain.kernel.settings import settings


def offer_next(session: Session, unit: Unit, *, now: datetime) -> Booking | None:
    """Offer the unit to the first of its line whose deal is open; the caller holds its row.

    Nothing happens while somebody holds it, while it is not for sale, or when nobody waits.
    """
    found = lines.first_of(session, unit.id)
    if found is None or unit.availability is not Availability.ON_SALE or unit.price is None:
        return None
    if claims.claim_of(session, unit) is not None:
        return None
    first, answering_id = found
    made = pricing.compose(session, unit, unit.price, now=now)
    offer = Booking(
        unit_id=unit.id, deal_id=first.deal_id, booked_by_id=answering_id, price=made.total,
        passport=made.as_json(), booked_at=now, until=answer_until(now), kind=BookingKind.OFFER,
    )  # fmt: skip
    session.add(offer)
    session.flush()
    first.state, first.booking_id = WaitingState.OFFERED, offer.id
    first.offered_at, first.answer_until = now, offer.until
    session.flush()
    claims.record(
        session,
        names.UNIT_OFFERED,
        offer,
        unit,
        by=None,
        price=offer.price,
        until=offer.until,
        waiting=first.id,
    )
    return offer


def answer_until(now: datetime) -> datetime:
    """The whole minute in which the answer is due."""
    return (now + timedelta(hours=settings().answer_hours)).replace(second=0, microsecond=0)


def offer_returned(session: Session, unit_ids: Iterable[int], *, now: datetime) -> None:
    """Units back on sale from 1C, written and so held by this transaction, to those who wait for them."""
    if wanted := list(unit_ids):
        waited = pick(Waiting.unit_id).where(col(Waiting.unit_id).in_(wanted), col(Waiting.left_at).is_(None))
        session.flush()
        units = select(Unit).where(col(Unit.id).in_(waited)).order_by(col(Unit.id))
        for unit in session.exec(units).all():
            offer_next(session, unit, now=now)


def offer_free(session: Session, *, now: datetime, most: int = 200) -> int:
    """What nobody was there to offer: a deal taken up again, a price that came. Returns how many offers.

    Rows another process is at are left to it.
    """
    waited = sa.exists().where(col(Waiting.unit_id) == Unit.id, col(Waiting.state) == WaitingState.WAITING)
    held = sa.exists().where(col(Booking.unit_id) == Unit.id, col(Booking.closed_at).is_(None))
    free = (
        select(Unit)
        .where(waited, ~held, Unit.availability == Availability.ON_SALE, col(Unit.price).is_not(None))
        .order_by(col(Unit.id))
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True, of=Unit)
        .execution_options(populate_existing=True)
    )
    return sum(offer_next(session, unit, now=now) is not None for unit in session.exec(free).all())


class OfUnits:
    """How the waiting lists follow what happens to the claims on units."""

    def tied(self, session: Session, deal_id: int) -> set[int]:
        waits = pick(Waiting.unit_id).where(col(Waiting.deal_id) == deal_id, col(Waiting.left_at).is_(None))
        return set(session.execute(waits).scalars())

    def demand_turn(self, session: Session, unit: Unit, *, deal_id: int, now: datetime) -> None:
        found = lines.first_of(session, unit.id)
        if found and found[0].deal_id != deal_id:
            raise lines.NotTheirTurn(unit, found[0], now=now)

    def booked(self, session: Session, booking: Booking, *, now: datetime) -> None:
        """Whoever has the unit does not wait for it any more."""
        stood = select(Waiting).where(
            Waiting.unit_id == booking.unit_id,
            Waiting.deal_id == booking.deal_id,
            col(Waiting.left_at).is_(None),
        )
        if one := session.exec(stood.execution_options(populate_existing=True)).first():
            one.state, one.left_at, one.booking_id = WaitingState.TAKEN, now, booking.id
            session.flush()

    def ended(self, session: Session, booking: Booking, *, now: datetime) -> None:
        """Who let an offer pass, or said no to it, is out of the line."""
        if booking.kind is not BookingKind.OFFER:
            return
        answered = select(Waiting).where(
            Waiting.booking_id == booking.id, Waiting.state == WaitingState.OFFERED
        )
        lapsed = booking.state is BookingState.EXPIRED
        if one := session.exec(answered.execution_options(populate_existing=True)).first():
            one.state, one.left_at = WaitingState.LAPSED if lapsed else WaitingState.DECLINED, now
            session.flush()

    def freed(self, session: Session, unit: Unit, *, now: datetime) -> None:
        offer_next(session, unit, now=now)

    def refused(self, session: Session, deal_id: int, *, by: User | None, now: datetime) -> None:
        """The caller holds the units. An offer to the deal is a booking of it and ends as one."""
        waits = select(Waiting).where(Waiting.deal_id == deal_id, Waiting.state == WaitingState.WAITING)
        standing = waits.order_by(col(Waiting.unit_id)).execution_options(populate_existing=True)
        for one in session.exec(standing).all():
            lines.give_up(session, one, WaitingState.LEFT, names.WAITING_LEFT, by=by, now=now)


followers.append(OfUnits())
