"""What the clock does: finds work that no wake-up reached, ends terms, looks into 1C, throws old things away.

Each is safe to run at any time and by two processes at once.
"""

import logging
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from domain import files
from domain.access import UserSession
from domain.access.models import LoginThrottle
from domain.estate import booking, chessboard, waiting
from domain.estate.pricing import applying
from domain.events import sealing
from domain.exchange import claiming, polling, receiving
from domain.kernel import clock
from domain.kernel.settings import settings
from domain.offers import documents
from domain.publishing.feeds import fetching
from jobs import heads, queue
from jobs.deliver import deliver
from jobs.estate.carry_price_list import carry_price_list
from jobs.offers.typeset_offer import typeset_offer
from jobs.onec.pull_units import pull_units, usual_seconds
from jobs.relay import relay
from jobs.work import unit_of_work

ENDED_SESSIONS_KEPT = timedelta(days=30)
THROTTLE_KEPT = timedelta(days=1)
RECEIVED_KEPT = timedelta(days=2)
"""Chunks of exchanges that 1C began and left; what was taken over is kept as files."""

log = logging.getLogger(__name__)


def relay_events() -> None:
    """Here rather than in a worker: database work only, and it goes on while Valkey is away."""
    relay.fn()


def wake_messages() -> None:
    """Messages whose time has come, or whose courier died."""
    if queue.is_crowded("deliver"):
        return
    with unit_of_work(read_only=True) as session:
        due = claiming.due(session, now=clock.now())
    for message_id in due:
        if not queue.enqueue("deliver", message_id):
            deliver.fn(message_id)


def expire_bookings() -> None:
    """The term of a booking ends by itself, whether anybody is looking or not."""
    with unit_of_work() as session:
        booking.expire(session, now=clock.now())


def offer_units() -> None:
    """A unit that came free while nobody was there to offer it goes to the first of its line."""
    with unit_of_work() as session:
        waiting.offer_free(session, now=clock.now())


def carry_price_lists() -> None:
    """Those whose date has come, whenever it came, and those whose worker died."""
    if queue.is_crowded("carry_price_list"):
        return
    with unit_of_work(read_only=True) as session:
        due = applying.due(session, now=clock.now())
    for list_id in due:
        if not queue.enqueue("carry_price_list", list_id):
            carry_price_list.fn(list_id)


def look_into_bases() -> None:
    if queue.is_crowded("pull_units"):
        return
    with unit_of_work(read_only=True) as session:
        due = polling.due(session, now=clock.now(), usual_seconds=usual_seconds())
    for connection_id in due:
        if not queue.enqueue("pull_units", connection_id):
            pull_units.fn(connection_id)


def typeset_offers() -> None:
    """Offers whose PDF is still to be made."""
    if queue.is_crowded("typeset_offer"):
        return
    with unit_of_work(read_only=True) as session:
        due = documents.due(session, now=clock.now())
    for document_id in due:
        if not queue.enqueue("typeset_offer", document_id):
            typeset_offer.fn(document_id)


def seal_history() -> None:
    """Make the chain longer and keep its head, unless the base does not contain the one that was kept.

    The sealing goes on then too: what happens from now on is protected whatever happened before.
    """
    with unit_of_work(read_only=True) as session:
        kept = heads.kept(settings())
        whole = sealing.contains(session, kept)
    if not whole:
        log.error("history was changed", extra={"head_kept": str(kept)})
    sealed, head = _seal_all()
    if sealed and whole:
        heads.keep(settings(), head)
        log.info("history sealed", extra={"events_sealed": sealed, "head": str(head)})


def _seal_all() -> tuple[int, sealing.Head]:
    sealed = 0
    while True:
        with unit_of_work() as session:
            added = sealing.seal(session)
            head = sealing.head(session)
        sealed += added
        if not added:
            return sealed, head


def prune() -> None:
    now = clock.now()
    with unit_of_work() as session:
        session.execute(sa.delete(UserSession).where(col(UserSession.expires_at) < now - ENDED_SESSIONS_KEPT))
        session.execute(sa.delete(LoginThrottle).where(col(LoginThrottle.since) < now - THROTTLE_KEPT))
        receiving.forget(session, before=now - RECEIVED_KEPT)
        files.forget_unnamed(session, before=now - RECEIVED_KEPT)
        chessboard.merge_changes(session)
        fetching.forget(session, before=now - fetching.KEPT)
