"""Workbooks of the stock, made and taken over by a worker. Safe to kill: one transaction has all of it."""

import logging
from collections.abc import Callable

import dramatiq
from sqlalchemy.exc import InterfaceError, OperationalError

from domain.estate.sheets import asking, working
from domain.estate.sheets.models import AT_WORK, ExportStep, StockExport, StockImport
from domain.kernel import clock
from domain.kernel.errors import Refused
from domain.kernel.text import _
from jobs import queue
from jobs.broker import broker
from jobs.work import unit_of_work

log = logging.getLogger(__name__)
TIME_LIMIT = 20 * 60_000
Kind = type[StockImport] | type[StockExport]


@dramatiq.actor(
    broker=broker, queue_name="stock_import", max_retries=0, time_limit=TIME_LIMIT, max_age=60_000
)
def stock_import(import_id: int) -> None:
    """The step the file waits for: looking into it, taking it over, taking it back."""
    seen(StockImport, import_id)
    try:
        with unit_of_work() as session:
            if not working.is_mine(session, StockImport, import_id):
                return
            record = session.get(StockImport, import_id)
            if record is not None and record.step in AT_WORK:
                working.carry(session, record, now=clock.now(), told=telling(StockImport, import_id))
    except Refused as no:
        give_up(import_id, no.sentence)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a file of the stock was not carried", extra={"import_id": import_id})
        give_up(import_id, _("Something broke on our side: nothing of the file was taken over"))


@dramatiq.actor(
    broker=broker, queue_name="stock_export", max_retries=0, time_limit=TIME_LIMIT, max_age=60_000
)
def stock_export(export_id: int) -> None:
    seen(StockExport, export_id)
    try:
        with unit_of_work() as session:
            if not working.is_mine(session, StockExport, export_id):
                return
            record = session.get(StockExport, export_id)
            if record is not None and record.step is ExportStep.MAKING:
                asking.make(session, record, now=clock.now(), told=telling(StockExport, export_id))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a file of the stock was not made", extra={"export_id": export_id})
        with unit_of_work() as session:
            session.get_one(StockExport, export_id, with_for_update=True).step = ExportStep.FAILED


def look_for_files() -> None:
    """Files that wait, or whose worker died; carried here when nobody can be woken."""
    for kind, actor in ((StockImport, stock_import), (StockExport, stock_export)):
        with unit_of_work(read_only=True) as session:
            numbers = working.waiting(session, kind, now=clock.now())
        for number in numbers:
            if queue.enqueue(actor.actor_name, number):
                seen(kind, number)
            else:
                actor.fn(number)


def telling(kind: Kind, number: int) -> Callable[[int], None]:
    return lambda passed: seen(kind, number, passed)


def seen(kind: Kind, number: int, passed: int | None = None) -> None:
    with unit_of_work() as session:
        working.seen(session, kind, number, passed, now=clock.now())


def give_up(import_id: int, why: str) -> None:
    with unit_of_work() as session:
        record = session.get_one(StockImport, import_id, with_for_update=True)
        if record.step in AT_WORK:
            working.give_up(session, record, why)
