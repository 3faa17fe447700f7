"""Rules of bookings as the demo company has them, and what people have asked their head for."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain import approvals, deals, estate
from domain.access import User
from domain.deals import Deal, Stage
from domain.deals.funnels import follow_bookings
from domain.estate import Booking, BookingKind, BookingState
from domain.estate.terms import editing

BOOKED = {"Квартиры": "Бронь", "Агентские": "Бронь"}
"""The stage a deal enters by itself when a unit is booked for it."""
REASONS = (
    "Банк обещал решение по ипотеке в пятницу", "Клиент в командировке, вернётся на той неделе",
    "Продают свою квартиру, задаток уже внесли",
)  # fmt: skip
KINDS = ((BookingKind.MORTGAGE, 14), (BookingKind.PAID, 14), (BookingKind.MORTGAGE, 7))


def rule(session: Session, people: dict[str, User], *, now: datetime) -> None:
    """After the trade has been told: from here on deals follow their bookings."""
    for funnel in deals.list_funnels(session):
        if funnel.name in BOOKED:
            stage = session.exec(
                select(Stage).where(Stage.funnel_id == funnel.id, Stage.name == BOOKED[funnel.name])
            ).one()
            follow_bookings(
                session, funnel, stage=stage, steps_back=True, calls_back=True, by=people["boris"]
            )
    editing.give(session, person_id=people["timur"].id, most=30, by=people["boris"])
    _other_kinds(session, now=now)
    _requests(session, now=now)
    _ran_out(session, now=now)
    session.flush()


def _held(session: Session) -> list[Booking]:
    active = select(Booking).where(Booking.state == BookingState.ACTIVE)
    return list(session.exec(active.order_by(col(Booking.id))))


def _other_kinds(session: Session, *, now: datetime) -> None:
    """Some of the clients have paid for the hold, or wait for a bank."""
    for held, (kind, days) in zip(_held(session)[::6], KINDS, strict=False):
        deal, by = session.get_one(Deal, held.deal_id), held.booked_by
        estate.cancel(session, held, by=by, now=now)
        deals.book(session, deal, held.unit, days=days, kind=kind, by=by, now=now)


def _requests(session: Session, *, now: datetime) -> None:
    """Three wait for the head, one has been answered."""
    week = [held for held in _held(session) if (held.until - held.booked_at).days >= 6][:4]
    for held, reason in zip(week, (*REASONS, REASONS[0]), strict=True):
        days = 14 if held.kind is not BookingKind.VERBAL else 3
        asked = estate.ask_to_extend(session, held, days=days, reason=reason, by=held.booked_by, now=now)
        if held is week[-1]:
            chief = session.get_one(User, held.booked_by.chief_id)
            approvals.approve(session, asked, by=chief, now=now, comment="Последний раз")


def _ran_out(session: Session, *, now: datetime) -> None:
    """Two bookings of the week before ended yesterday evening and nobody has called yet."""
    waiting = (
        select(Deal)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .where(Stage.name == "Показ проведён")
        .order_by(col(Deal.id))
        .limit(2)
    )
    free = _free_units(session, 2)
    began = now - timedelta(days=4)
    for deal, unit in zip(session.exec(waiting).all(), free, strict=True):
        held = estate.book(session, unit, deal_id=deal.id, days=3, by=deal.responsible, now=began)
        estate.expire(session, now=held.until)


def _free_units(session: Session, count: int) -> list[estate.Unit]:
    held = select(Booking.unit_id).where(col(Booking.closed_at).is_(None))
    free = select(estate.Unit).where(
        estate.Unit.availability == estate.Availability.ON_SALE,
        estate.Unit.kind == estate.UnitKind.FLAT,
        col(estate.Unit.price).is_not(None),
        col(estate.Unit.id).not_in(held),
    )
    return list(session.exec(free.order_by(col(estate.Unit.id).desc()).limit(count)))
