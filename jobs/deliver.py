"""Carry one message. Safe to run any number of times, at once and after a kill at any point."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.exchange import claiming, failing, messages
from domain.exchange.failures import Broken, Failure, Rejected
from domain.exchange.messages import LEASE, Errand, LeaseLost
from domain.kernel import clock
from domain.kernel.errors import DomainError
from domain.kernel.text import _
from jobs import queue
from jobs.broker import broker
from jobs.couriers import COURIERS
from jobs.faults import mark
from jobs.work import unit_of_work

TIME_LIMIT = 20 * 60_000
"""Milliseconds; a large catalogue takes minutes, a talk with 1C is bounded by its own time-outs."""
WAKE_UP_AGE = 60_000

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""Nothing can be written down now: the lease runs out and the message is carried again."""

log = logging.getLogger(__name__)


@dramatiq.actor(
    broker=broker, queue_name="deliver", max_retries=0, time_limit=TIME_LIMIT, max_age=WAKE_UP_AGE
)
def deliver(message_id: int) -> None:
    with unit_of_work() as session:
        errand = claiming.claim(session, message_id, now=clock.now())
    if errand is None:
        return
    mark("claimed")
    try:
        with lease_kept(errand):
            carry(errand)
    except LeaseLost:
        log.warning("lease lost", extra={"message_id": message_id, "attempt": errand.attempts})
    wake_next(errand.connection_id)


def carry(errand: Errand) -> None:
    try:
        settle = COURIERS[errand.kind](errand)
        mark("carried")
        with unit_of_work() as session:
            messages.done(session, errand, settle(session), now=clock.now())
            mark("settling")
        mark("settled")
    except (LeaseLost, *DATABASE_AWAY):
        raise
    except Failure as failure:
        fail(errand, failure)
    except DomainError as no:
        fail(errand, Rejected(no.sentence))
    except Exception as bug:
        log.exception("courier stumbled", extra={"message_id": errand.message_id, "kind": errand.kind})
        broken = _("An error of Karkas itself (%(kind)s); it is in the log", kind=type(bug).__name__)
        fail(errand, Broken(broken))


def fail(errand: Errand, failure: Failure) -> None:
    about = {"message_id": errand.message_id, "kind": errand.kind, "failure": type(failure).__name__}
    log.info("not delivered", extra=about)
    with unit_of_work() as session:
        failing.fail(session, errand, failure, now=clock.now())


def wake_next(connection_id: int) -> None:
    with unit_of_work(read_only=True) as session:
        following = claiming.due(session, now=clock.now(), connection_id=connection_id)
    for message_id in following:
        queue.enqueue("deliver", message_id)


@contextmanager
def lease_kept(errand: Errand) -> Iterator[None]:
    """Prolong the lease beside the work: a courier may take long, a dead one must not hold the message."""
    finished = threading.Event()

    def prolong() -> None:
        while not finished.wait(LEASE.total_seconds() / 3):
            try:
                with unit_of_work() as session:
                    messages.keep(session, errand, now=clock.now())
            except LeaseLost:
                return
            except DATABASE_AWAY:
                log.warning("lease not prolonged", extra={"message_id": errand.message_id})

    beat = threading.Thread(target=prolong, name=f"lease-{errand.message_id}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        finished.set()
        beat.join()
