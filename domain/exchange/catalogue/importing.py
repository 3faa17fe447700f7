"""One file taken over in one transaction: it has changed everything it says, or nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlmodel import Session

from domain.estate.importing import Stock
from domain.exchange.catalogue import goods, memory, offers
from domain.exchange.catalogue.report import Report
from domain.exchange.catalogue.taking import Taking
from domain.exchange.commerceml import mapping
from domain.exchange.commerceml.checking import distinct
from domain.exchange.commerceml.reading import read
from domain.exchange.commerceml.records import Good, Offer, Record, Section
from domain.exchange.commerceml.surveying import Survey
from domain.exchange.failures import NotYet
from domain.exchange.models import Connection
from domain.kernel.text import _

BATCH = 500
"""Goods a round: questions to the database do not grow with the file, memory neither."""

IMPORTING = 0x63617461
"""Advisory lock, with the connection's number: two files of one base come in turn."""


def take(
    session: Session, connection: Connection, stream: BinaryIO, survey: Survey, *, now: datetime
) -> Report:
    """Apply a surveyed file. Raises Unreadable with a line, NotYet when another file is being taken.

    The same file a second time changes nothing and writes no event.
    """
    _demand_turn(session, connection)
    words = mapping.of(connection.mapping)
    taking = Taking(
        session=session,
        connection_id=connection.id,
        mapping=words,
        properties=memory.properties(session, connection.id, survey.properties, words),
        price_type=memory.unit_price_type(session, connection.id, survey.price_types, words),
        stock=Stock(session, now=now),
        report=Report(orders=survey.orders),
        now=now,
    )
    for section, batch in _batches(distinct(read(stream))):
        if section == "offers":
            offers.take(taking, batch)
        else:
            goods.take(taking, batch, is_full=section == "full catalogue")
    return taking.report


def _demand_turn(session: Session, connection: Connection) -> None:
    turn = sa.select(sa.func.pg_try_advisory_xact_lock(IMPORTING, connection.id))
    if not session.execute(turn).scalar_one():
        raise NotYet(_("Another file of this base is being taken right now"))


def _batches(records: Iterable[Record]) -> Iterator[tuple[str, list[Any]]]:
    """Goods and offers in portions; a portion never crosses the border of a section."""
    section = ""
    batch: list[Any] = []
    for record in records:
        if batch and (isinstance(record, Section) or len(batch) == BATCH):
            yield section, batch
            batch = []
        if isinstance(record, Section):
            is_full = record.kind == "catalogue" and record.only_changes is False
            section = "full catalogue" if is_full else record.kind
        elif isinstance(record, Good | Offer):
            batch.append(record)
    if batch:
        yield section, batch
