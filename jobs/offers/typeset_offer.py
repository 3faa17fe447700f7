"""Make the PDF of an offer. Safe to run any number of times, at once and after a kill at any point."""

import logging

import dramatiq

from domain.kernel import clock
from domain.offers import documents
from jobs.alone import alone
from jobs.broker import broker
from jobs.faults import mark
from jobs.offers.typesetting import NotTypeset, typeset
from jobs.work import unit_of_work

LOCK = 0x74797065
TIME_LIMIT = 120_000
"""Milliseconds; typesetting itself is ended much sooner."""
WAKE_UP_AGE = 60_000

log = logging.getLogger(__name__)


@dramatiq.actor(
    broker=broker, queue_name="typeset_offer", max_retries=0, time_limit=TIME_LIMIT, max_age=WAKE_UP_AGE
)
def typeset_offer(document_id: int) -> None:
    """A second one at the same document leaves it to the first; PostgreSQL knows when that one dies."""
    with alone(LOCK, document_id & 0x7FFFFFFF) as mine:
        if not mine:
            return
        with unit_of_work(read_only=True) as session:
            order = documents.order(session, document_id)
        if order is None:
            return
        try:
            pdf = typeset(order.source, made_at=order.asked_at)
        except NotTypeset:
            log.exception("not typeset", extra={"document_id": document_id})
            with unit_of_work() as session:
                documents.failed(session, document_id, now=clock.now())
            return
        mark("typeset")
        with unit_of_work() as session:
            documents.made(session, document_id, pdf, now=clock.now())
