"""Tell everyone who cares what happened. Safe to run twice and at once."""

import logging

import dramatiq
import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col, select

from domain.events import Event
from domain.events.models import Unrelayed
from jobs.broker import broker
from jobs.faults import mark
from jobs.subscribers import SUBSCRIBERS
from jobs.work import unit_of_work

BATCH = 100
LOCK = 0x72656C6179
"""Advisory lock: one relay at a time, so that messages about a thing are put in the order of its events."""

log = logging.getLogger(__name__)


@dramatiq.actor(broker=broker, queue_name="relay", max_retries=0, time_limit=60_000, max_age=60_000)
def relay() -> None:
    """Everything not relayed yet, in batches of one transaction each.

    An event whose subscriber fails is left for the next run; those after it go on.
    """
    pass_over()
    last: int | None = 0
    while last is not None:
        last = relay_batch(last)


def pass_over() -> None:
    """Events nobody listens to are told at once: a price list of thousands of units holds up no booking."""
    nobody = sa.delete(Unrelayed).where(
        col(Unrelayed.event_id) == col(Event.id), col(Event.name).not_in(SUBSCRIBERS)
    )
    with unit_of_work() as session:
        wait_for_turn(session)
        session.execute(nobody.execution_options(synchronize_session=False))


def relay_batch(after: int) -> int | None:
    """Relay the next events after that number; the last number met, or None at the end."""
    with unit_of_work() as session:
        wait_for_turn(session)
        events = unrelayed(session, after)
        told = [event.id for event in events if tell(session, event)]
        mark("relaying")
        session.execute(sa.delete(Unrelayed).where(col(Unrelayed.event_id).in_(told)))
    mark("relayed")
    return events[-1].id if events else None


def wait_for_turn(session: Session) -> None:
    """As long as the batch before takes: the usual limit of waiting is for rows."""
    session.execute(sa.text("set local lock_timeout = 0"))
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    session.execute(sa.text("set local lock_timeout to default"))


def unrelayed(session: Session, after: int) -> list[Event]:
    """By state, not by "later than the last seen": the order of numbers is not the order of commits."""
    waiting = select(Event).join(Unrelayed, col(Unrelayed.event_id) == col(Event.id))
    wanted = waiting.where(Unrelayed.event_id > after).order_by(col(Unrelayed.event_id)).limit(BATCH)
    return list(session.exec(wanted))


def tell(session: Session, event: Event) -> bool:
    listeners = SUBSCRIBERS.get(event.name, ())
    if not listeners:
        return True
    try:
        with session.begin_nested():
            for listener in listeners:
                listener(session, event)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("subscriber failed", extra={"event_id": event.id, "event_name": event.name})
        return False
    return True
