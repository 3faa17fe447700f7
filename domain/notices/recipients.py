"""Whom an event concerns in person: the rest is for the timeline, not for the bell."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain import events, leads
from domain.access.chiefs import chief_of
from domain.access.models import Role, User
from domain.activities.models import Task
from domain.approvals import Approval
from domain.deals.models import Deal
from domain.estate.models import Booking
from domain.estate.waiting import Waiting
from domain.events import Event
from domain.notices.models import Notice

Concerned = Callable[[Session, Event], set[int]]


def notify(session: Session, event: Event) -> None:
    """Put the event into the bell of everyone it concerns, except of who did it. Safe to repeat."""
    concerned = CONCERNED[event.name](session, event) - {event.actor_id}
    for user_id in sorted(concerned):
        row = insert(Notice).values(user_id=user_id, event_id=event.id)
        session.execute(row.on_conflict_do_nothing())
        events.announce(session, f"user-{user_id}")


def _responsible(session: Session, event: Event) -> set[int]:
    """Who answers for the deal."""
    owner = sa.select(col(Deal.responsible_id)).where(col(Deal.id) == event.deal_id)
    return set(session.execute(owner).scalars())


def _holder(session: Session, event: Event) -> set[int]:
    """Who booked the unit, and who answers for the deal it is booked for."""
    booked = sa.select(col(Booking.booked_by_id)).where(col(Booking.id) == event.subject_id)
    return set(session.execute(booked).scalars()) | _responsible(session, event)


def _waiting(session: Session, event: Event) -> set[int]:
    """Who put the deal into the line, and who answers for it."""
    joined = sa.select(col(Waiting.who_id)).where(col(Waiting.id) == event.subject_id)
    return set(session.execute(joined).scalars()) | _responsible(session, event)


def _offered(session: Session, event: Event) -> set[int]:
    """Who is to answer, and who put the deal into the line."""
    joined = sa.select(col(Waiting.who_id)).where(col(Waiting.booking_id) == event.subject_id)
    return set(session.execute(joined).scalars()) | _holder(session, event)


def _assignee(session: Session, event: Event) -> set[int]:
    task = sa.select(col(Task.responsible_id)).where(col(Task.id) == event.subject_id)
    return set(session.execute(task).scalars())


def _keepers_of_exchange(session: Session, event: Event) -> set[int]:
    """Who may send the message again."""
    keepers = sa.select(col(User.id)).where(
        col(User.role).in_([Role.ACCOUNTANT, Role.ADMIN]), col(User.disabled_at).is_(None)
    )
    return set(session.execute(keepers).scalars())


def _decider(session: Session, event: Event) -> set[int]:
    """The nearest head of who asked."""
    approval = session.get(Approval, event.subject_id)
    chief = chief_of(session, approval.asked_by) if approval else None
    return {chief.id} if chief else set()


def _asker(session: Session, event: Event) -> set[int]:
    asked = sa.select(col(Approval.asked_by_id)).where(col(Approval.id) == event.subject_id)
    return set(session.execute(asked).scalars())


def _takers(session: Session, event: Event) -> set[int]:
    """Who may take the request, as it is now."""
    lead = session.get(leads.Lead, event.subject_id)
    return leads.takers(session, lead) if lead else set()


CONCERNED: dict[str, Concerned] = {
    "unit.booked": _responsible,
    "booking.extended": _holder,
    "booking.cancelled": _holder,
    "booking.expired": _holder,
    "unit.offered": _offered,
    "booking.accepted": _holder,
    "booking.declined": _holder,
    "booking.lapsed": _holder,
    "booking.withdrawn": _holder,
    "booking.transferred": _holder,
    "booking.taken_away": _responsible,
    "booking.contracted": _holder,
    "booking.sold": _holder,
    "booking.terminated": _holder,
    "booking.restored": _holder,
    "waiting.moved": _waiting,
    "waiting.passed": _waiting,
    "deal.moved": _responsible,
    "deal.edited": _responsible,
    "deal.commented": _responsible,
    "task.planned": _assignee,
    "booking.shortened": _holder,
    "approval.asked": _decider,
    "approval.approved": _asker,
    "approval.declined": _asker,
    "approval.lapsed": _asker,
    "approval.reopened": _asker,
    "deal.move_refused": _responsible,
    "offer.opened": _responsible,
    "exchange.message_dead": _keepers_of_exchange,
    "lead.received": _takers,
    "lead.handed": _takers,
}
