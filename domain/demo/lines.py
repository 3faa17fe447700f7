"""Around the bookings of the demo: a line for a wanted flat, an offer to answer, contracts and a sale."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain import deals, estate
from domain.access import User
from domain.deals import Deal, Stage, StageKind
from domain.estate import Booking, BookingState, contracts

EARLIER = timedelta(hours=5)


def run(session: Session, people: dict[str, User], *, now: datetime) -> None:
    """After the trade: through the verbs, the same every time."""
    held = select(Booking).where(Booking.state == BookingState.ACTIVE).order_by(col(Booking.id))
    booked = list(session.exec(held).all())
    waiting = _without_units(session)
    for booking in booked[:2]:
        for number in range(2):
            deal = next(waiting)
            since = now - EARLIER + timedelta(minutes=47 * number)
            deals.join(session, deal, booking.unit, by=deal.responsible, now=since)
    estate.cancel(session, booked[1], by=booked[1].booked_by, now=now - timedelta(minutes=40))
    signed = [booking for booking in booked[2:] if _is_late(session, booking)]
    for number, booking in enumerate(signed, start=1):
        contracts.contract(session, booking, number=f"ДДУ-2026/{number:03}", by=people["olga"], now=now)
    for booking in signed:
        if session.get_one(Deal, booking.deal_id).stage.kind is StageKind.WON:
            contracts.sell(session, booking, by=people["olga"], now=now)


def _without_units(session: Session) -> Iterator[Deal]:
    held = select(Booking.deal_id).where(col(Booking.closed_at).is_(None))
    free = (
        select(Deal)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .where(Stage.kind == StageKind.OPEN, col(Deal.id).not_in(held), col(Deal.person_id).is_not(None))
        .order_by(col(Deal.id))
    )
    return iter(session.exec(free).all())


def _is_late(session: Session, booking: Booking) -> bool:
    """Deals whose stage says that the contract is signed."""
    stage = session.get_one(Deal, booking.deal_id).stage
    return stage.name == "Договор подписан" or stage.kind is StageKind.WON
