"""What changed in a base since we last looked: prices and states of units, of which 1C is the master."""

from collections.abc import Iterable
from collections.abc import Mapping as Given
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate import Availability, Unit
from domain.estate.prices import change_availability, reprice
from domain.exchange import circuit, links, mapping, matching, messages, odata, standing
from domain.exchange.failures import Failure, NotFound, Unreachable
from domain.exchange.mapping import Units
from domain.exchange.models import Connection, ConnectionKind, Direction, ExternalId, MessageState
from domain.exchange.odata import Row
from domain.kernel.errors import Invalid
from domain.kernel.text import _

PRICES = "prices"
CHECK_EVERY = timedelta(hours=24)
DEAREST = Decimal(10) ** 12
LISTED = 50
"""Changed units named in one report; the rest are counted."""


@dataclass
class Seen:
    """What we know of a base's units before a look: versions of those taken and of those not understood."""

    versions: dict[str, str]
    unknown: dict[str, str] = field(default_factory=dict)

    def is_news(self, row: Row) -> bool:
        ref, version = str(row["Ref_Key"]).lower(), row.get("DataVersion")
        return version not in (self.versions.get(ref), self.unknown.get(ref))


def due(session: Session, *, now: datetime, usual_seconds: int) -> list[int]:
    """Bases whose turn it is to be looked at."""
    wanted = sa.select(Connection).where(
        col(Connection.kind) == ConnectionKind.ODATA, Connection.base_url != "", circuit.closed(now)
    )
    return [each.id for each in session.scalars(wanted) if _is_due(each, now, usual_seconds)]


def _is_due(connection: Connection, now: datetime, usual_seconds: int) -> bool:
    try:
        seconds = mapping.of(connection.mapping).poll_seconds or usual_seconds
    except Invalid:
        seconds = usual_seconds
    return connection.polled_at is None or now - connection.polled_at >= timedelta(seconds=seconds)


def begin(session: Session, connection_id: int, *, now: datetime, usual_seconds: int) -> bool:
    """Take this turn; False when somebody else has taken it."""
    if connection_id not in due(session, now=now, usual_seconds=usual_seconds):
        return False
    before = session.get_one(Connection, connection_id).polled_at
    turn = sa.update(Connection).where(
        col(Connection.id) == connection_id, col(Connection.polled_at).is_not_distinct_from(before)
    )
    return bool(session.execute(turn.values(polled_at=now)).rowcount)


def seen(session: Session, connection_id: int, units: Units) -> Seen:
    """A unit that appeared here since may be one that was not understood: then all of those are news again."""
    pairs = sa.select(ExternalId.external_id, ExternalId.data_version).where(
        col(ExternalId.connection_id) == connection_id, col(ExternalId.entity) == units.set_name
    )
    versions = {ref.lower(): version for ref, version in session.execute(pairs)}
    told = messages.find(session, connection_id, standing.RECONCILIATION)
    report = told.report if told else {}
    same_stock = report.get("newest_unit") == _newest_unit(session)
    return Seen(versions, report.get("unknown", {}) if same_stock else {})


def take(
    session: Session,
    connection_id: int,
    units: Units,
    rows: list[Row],
    listed: Iterable[str],
    *,
    now: datetime,
) -> None:
    """Make prices and states of our units what the base says; write down what takes a person."""
    places = matching.match(session, connection_id, units, rows)
    remarks: dict[str, str] = {}
    prices: dict[int, Decimal | None] = {}
    states: dict[int, Availability] = {}
    for row in rows:
        ref, unit_id = str(row["Ref_Key"]).lower(), places.get(str(row["Ref_Key"]).lower())
        if unit_id is None:
            remarks[ref] = _("%(unit)s is not known here", unit=matching.described(row, units))
            continue
        prices |= _price(row, unit_id, units, remarks)
        states |= _state(row, unit_id, units, remarks)
        links.link(session, connection_id, units.set_name, ref, "unit", unit_id, version=row["DataVersion"])
    changed = reprice(session, prices), change_availability(session, states)
    unknown = {
        str(row["Ref_Key"]).lower(): row["DataVersion"]
        for row in rows
        if str(row["Ref_Key"]).lower() not in places
    }
    _reconcile(
        session,
        connection_id,
        remarks,
        unknown,
        {str(row["Ref_Key"]).lower() for row in rows},
        set(listed),
        now,
    )
    _report(session, connection_id, *changed, rows=rows, now=now)


def _price(row: Row, unit_id: int, units: Units, remarks: dict[str, str]) -> dict[int, Decimal | None]:
    written = odata.number(row.get(units.price))
    if written is None or written < 0 or written >= DEAREST:
        _remark(remarks, row, units, _("the price «%(price)s» cannot be read", price=row.get(units.price)))
        return {}
    return {unit_id: written.quantize(Decimal("0.01")) or None}


def _state(row: Row, unit_id: int, units: Units, remarks: dict[str, str]) -> dict[int, Availability]:
    word = str(row.get(units.status) or "")
    known = mapping.availability(units, word)
    if row.get("DeletionMark"):
        _remark(remarks, row, units, _("it is marked for deletion in 1C, so it is not for sale"))
        return {unit_id: Availability.OFF}
    if known is None:
        _remark(remarks, row, units, _("the state «%(word)s» is unknown, so it is not for sale", word=word))
        return {unit_id: Availability.OFF}
    return {unit_id: known}


def _remark(remarks: dict[str, str], row: Row, units: Units, words: str) -> None:
    ref = str(row["Ref_Key"]).lower()
    remarks[ref] = (
        f"{remarks[ref]}; {words}" if ref in remarks else f"{matching.described(row, units)}: {words}"
    )


def _reconcile(
    session: Session, connection_id: int, remarks: Given[str, str], unknown: Given[str, str], looked_at: set[str],
    listed: set[str], now: datetime,
) -> None:  # fmt: skip
    """Remarks about rows not looked at now still stand; those about rows that are gone say so."""
    before = standing.standing(session, connection_id, standing.RECONCILIATION).report
    kept = {ref: words for ref, words in before.get("remarks", {}).items() if ref in listed - looked_at}
    still = {ref: version for ref, version in before.get("unknown", {}).items() if ref in listed - looked_at}
    report = {
        "remarks": kept | dict(remarks),
        "unknown": still | dict(unknown),
        "newest_unit": _newest_unit(session),
    }
    standing.tell(session, connection_id, standing.RECONCILIATION, report, now=now)


def _report(
    session: Session,
    connection_id: int,
    repriced: set[int],
    turned: set[int],
    *,
    rows: list[Row],
    now: datetime,
) -> None:
    """A line on the exchange screen, only when something changed here."""
    if not repriced and not turned:
        return
    newest = max(str(row["DataVersion"]) for row in rows)
    message = messages.put(
        session,
        connection_id,
        kind=PRICES,
        key=f"{PRICES}:{now.isoformat()}:{newest}",
        direction=Direction.IN,
    )
    message.state, message.done_at = MessageState.DONE, now
    named = sorted(repriced | turned)[:LISTED]
    message.report = {"repriced": len(repriced), "turned": len(turned), "units": named}


def succeeded(session: Session, connection_id: int, *, now: datetime) -> None:
    circuit.close(session, connection_id, now=now)
    state = messages.find(session, connection_id, standing.CONNECTION)
    checked_lately = (
        state and state.state is MessageState.DONE and state.done_at and now - state.done_at < CHECK_EVERY
    )
    if not checked_lately:
        check(session, connection_id, now=now)


def check(session: Session, connection_id: int, *, now: datetime) -> None:
    """Have the description of the base compared with the mapping."""
    message = standing.standing(session, connection_id, standing.CONNECTION)
    if message.state in (MessageState.DONE, MessageState.DEAD):
        message.state, message.due_at = MessageState.QUEUED, now


def failed(session: Session, connection_id: int, failure: Failure, *, now: datetime) -> None:
    connection = session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    if failure.stops_connection or (isinstance(failure, Unreachable) and circuit.is_silent(connection, now)):
        circuit.pause(session, connection, now=now)
    state = messages.find(session, connection_id, standing.CONNECTION)
    if isinstance(failure, NotFound) and (state is None or state.state is MessageState.DONE):
        check(session, connection_id, now=now)
    elif not isinstance(failure, NotFound):
        standing.alarm(session, connection_id, standing.CONNECTION, failure.sentence)


def _newest_unit(session: Session) -> int:
    return session.execute(sa.select(sa.func.coalesce(sa.func.max(Unit.id), 0))).scalar_one()
