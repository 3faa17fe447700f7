"""Carry a price list out, batch by batch, each a transaction: boards and bookings go on in between."""

import dramatiq

from domain.estate.pricing.applying import carry_on
from domain.kernel import clock
from jobs.broker import broker
from jobs.faults import mark
from jobs.work import unit_of_work

TIME_LIMIT = 10 * 60_000
WAKE_UP_AGE = 60_000


@dramatiq.actor(
    broker=broker, queue_name="carry_price_list", max_retries=0, time_limit=TIME_LIMIT, max_age=WAKE_UP_AGE
)
def carry_price_list(list_id: int) -> None:
    """To its end, or until somebody else is at it. Killed anywhere, it is begun again by the clock."""
    more = True
    while more:
        with unit_of_work() as session:
            more = carry_on(session, list_id, now=clock.now())
        mark("carried a batch")
