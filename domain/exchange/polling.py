"""Looking into a base: whose turn it is, what we have seen there before, what came of the look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.exchange import circuit, failing, mapping, messages, standing, stock
from domain.exchange.failures import Crashed, Failure, NotFound, Unreachable
from domain.exchange.mapping import Units
from domain.exchange.models import Connection, ConnectionKind, ExternalId, MessageState
from domain.exchange.odata import Row, ref_of
from domain.kernel.errors import Invalid

CHECK_EVERY = timedelta(hours=24)
ALARM_AFTER = timedelta(minutes=1)
"""A base that stumbles for less than this needs nobody's attention."""


@dataclass
class Seen:
    """Versions of the rows we have understood, and of those we have not."""

    versions: dict[str, str]
    unknown: dict[str, str]

    def is_news(self, row: Row) -> bool:
        return row.get("DataVersion") not in (self.versions.get(ref_of(row)), self.unknown.get(ref_of(row)))


def due(session: Session, *, now: datetime, usual_seconds: int) -> list[int]:
    """Bases whose turn it is to be looked at."""
    wanted = sa.select(Connection).where(
        col(Connection.kind) == ConnectionKind.ODATA, col(Connection.base_url) != "", circuit.closed(now)
    )
    return [each.id for each in session.scalars(wanted) if _is_due(each, now, usual_seconds)]


def begin(session: Session, connection_id: int, *, now: datetime, usual_seconds: int) -> bool:
    """Take this turn; False when somebody else has taken it."""
    if connection_id not in due(session, now=now, usual_seconds=usual_seconds):
        return False
    before = session.get_one(Connection, connection_id).polled_at
    turn = sa.update(Connection).where(
        col(Connection.id) == connection_id, col(Connection.polled_at).is_not_distinct_from(before)
    )
    taken = turn.values(polled_at=now).returning(col(Connection.id))
    return session.execute(taken).first() is not None


def seen(session: Session, connection_id: int, units: Units) -> Seen:
    """A unit that is new here may be one that was not understood: then all of those are news again."""
    pairs = sa.select(col(ExternalId.external_id), col(ExternalId.data_version)).where(
        col(ExternalId.connection_id) == connection_id, col(ExternalId.entity) == units.set_name
    )
    told = messages.find(session, connection_id, standing.RECONCILIATION)
    report = told.report if told else {}
    same_stock = report.get("newest_unit") == stock.newest_unit(session)
    versions = {ref.lower(): version for ref, version in session.execute(pairs)}
    return Seen(versions, report.get("unknown", {}) if same_stock else {})


def succeeded(session: Session, connection_id: int, *, now: datetime) -> None:
    circuit.close(session, connection_id, now=now)
    state = messages.find(session, connection_id, standing.CONNECTION)
    settled = state is not None and state.state is not MessageState.DEAD
    if state is None or not settled or (state.done_at and now - state.done_at > CHECK_EVERY):
        check(session, connection_id, now=now)


def failed(session: Session, connection_id: int, failure: Failure, *, now: datetime) -> None:
    """Said once on the exchange screen; what was not found is first looked for in the base's description."""
    connection = session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    if failing.stops(failure, connection, now):
        circuit.pause(session, connection, now=now)
    if isinstance(failure, Unreachable | Crashed) and _was_heard_lately(connection, now):
        return
    state = messages.find(session, connection_id, standing.CONNECTION)
    if not isinstance(failure, NotFound):
        standing.alarm(session, connection_id, standing.CONNECTION, failure.sentence)
    elif state is None or state.state is MessageState.DONE:
        check(session, connection_id, now=now)


def check(session: Session, connection_id: int, *, now: datetime) -> None:
    """Have the description of the base compared with the mapping."""
    message = standing.standing(session, connection_id, standing.CONNECTION)
    if message.state not in (MessageState.QUEUED, MessageState.WORKING):
        message.state, message.due_at = MessageState.QUEUED, now


def _was_heard_lately(connection: Connection, now: datetime) -> bool:
    return connection.heard_at is not None and now - connection.heard_at < ALARM_AFTER


def _is_due(connection: Connection, now: datetime, usual_seconds: int) -> bool:
    try:
        seconds = mapping.of(connection.mapping).poll_seconds or usual_seconds
    except Invalid:
        seconds = usual_seconds
    return connection.polled_at is None or now - connection.polled_at >= timedelta(seconds=seconds)
