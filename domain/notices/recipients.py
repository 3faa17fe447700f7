"""Whom an event concerns in person: the rest is for the timeline, not for the bell."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain import events, leads
from domain.access.models import Role, User
from domain.activities.models import Task
from domain.deals.models import Deal
from domain.estate.models import Booking
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


def _assignee(session: Session, event: Event) -> set[int]:
    task = sa.select(col(Task.responsible_id)).where(col(Task.id) == event.subject_id)
    return set(session.execute(task).scalars())


def _keepers_of_exchange(session: Session, event: Event) -> set[int]:
    """Who may send the message again."""
    keepers = sa.select(col(User.id)).where(
        col(User.role).in_([Role.ACCOUNTANT, Role.ADMIN]), col(User.disabled_at).is_(None)
    )
    return set(session.execute(keepers).scalars())


def _takers(session: Session, event: Event) -> set[int]:
    """Who may take the request, as it is now."""
    lead = session.get(leads.Lead, event.subject_id)
    return leads.takers(session, lead) if lead else set()


CONCERNED: dict[str, Concerned] = {
    "unit.booked": _responsible,
    "booking.extended": _holder,
    "booking.cancelled": _holder,
    "booking.expired": _holder,
    "deal.moved": _responsible,
    "deal.edited": _responsible,
    "deal.commented": _responsible,
    "task.planned": _assignee,
    "exchange.message_dead": _keepers_of_exchange,
    "lead.received": _takers,
    "lead.handed": _takers,
}
