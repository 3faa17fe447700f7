"""Look whether prices or states of units changed in a base; fetch only those that did."""

import logging
from collections.abc import Iterator

import dramatiq

from domain.exchange import odata, polling, stock
from domain.exchange.failures import Failure, Rejected
from domain.exchange.mapping import Units
from domain.exchange.odata import Row
from domain.exchange.polling import Seen
from domain.kernel import clock
from domain.kernel.errors import Invalid
from domain.kernel.settings import settings
from jobs.alone import alone
from jobs.broker import broker
from jobs.clients.onec_odata import OneC
from jobs.onec.base import opened
from jobs.work import unit_of_work

LOOKING = 0x6C6F6F6B
"""Advisory lock: a look that takes longer than its turn is not overtaken by the next."""
AT_ONCE = 20
"""Keys in one filter: a longer address is refused by IIS."""

log = logging.getLogger(__name__)


def usual_seconds() -> int:
    return 3 if settings().demo else 60


@dramatiq.actor(broker=broker, queue_name="pull_units", max_retries=0, time_limit=10 * 60_000, max_age=30_000)
def pull_units(connection_id: int) -> None:
    with unit_of_work() as session:
        if not polling.begin(session, connection_id, now=clock.now(), usual_seconds=usual_seconds()):
            return
    try:
        with alone(LOOKING, connection_id) as mine:
            if mine:
                pull(connection_id)
    except (Failure, Invalid) as trouble:
        failure = trouble if isinstance(trouble, Failure) else Rejected(trouble.sentence)
        log.info("not polled", extra={"connection_id": connection_id, "failure": type(failure).__name__})
        with unit_of_work() as session:
            polling.failed(session, connection_id, failure, now=clock.now())


def pull(connection_id: int) -> None:
    with unit_of_work(read_only=True) as session:
        base = opened(session, connection_id)
        units = base.mapping.units
        seen = polling.seen(session, connection_id, units)
    if not units.set_name:
        return
    listed = list(base.client.rows(units.set_name, select=("Ref_Key", "DataVersion")))
    news = list(fetch(base.client, units, changed(listed, seen)))
    with unit_of_work() as session:
        refs = map(odata.ref_of, listed)
        stock.take(session, connection_id, units, news, listed=refs, now=clock.now())
        polling.succeeded(session, connection_id, now=clock.now())


def changed(listed: list[Row], seen: Seen) -> list[str]:
    return [odata.ref_of(row) for row in listed if seen.is_news(row)]


def fetch(client: OneC, units: Units, refs: list[str]) -> Iterator[Row]:
    """The changed ones, by their keys."""
    wanted = (
        "Ref_Key", "DataVersion", "DeletionMark", units.project, units.building, units.section, units.floor,
        units.number, units.kind, units.price, units.status,
    )  # fmt: skip
    select = [name for name in wanted if name]
    for some in batches(refs):
        yield from client.rows(units.set_name, select=select, where=odata.one_of_keys(some))


def batches(refs: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(refs), AT_ONCE):
        yield refs[start : start + AT_ONCE]
