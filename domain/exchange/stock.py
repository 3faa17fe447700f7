"""Units as a base has them now: it is the master of prices and states; what is unclear waits for a person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session

from domain.estate import Availability, Unit
from domain.estate.prices import change_availability, reprice
from domain.estate.pricing import master as pricing
from domain.exchange import links, mapping, matching, messages, odata, standing
from domain.exchange.mapping import Units
from domain.exchange.models import Direction, MessageState
from domain.exchange.odata import Row, ref_of
from domain.kernel import formats
from domain.kernel.text import _

PRICES = "prices"
DEAREST = Decimal(10) ** 12
LISTED = 50
"""Changed units named in one report; the rest are counted."""


@dataclass
class News:
    """What the changed rows of a base ask for."""

    prices: dict[int, Decimal | None] = field(default_factory=dict)
    states: dict[int, Availability] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    """Keys and versions of rows that are no unit of ours."""


def take(
    session: Session,
    connection_id: int,
    units: Units,
    rows: list[Row],
    *,
    listed: Iterable[str],
    now: datetime,
) -> None:
    """Make our units what the changed `rows` say; `listed` are the keys of all there are."""
    news = _read(session, connection_id, units, rows)
    repriced = reprice(session, news.prices)
    turned = change_availability(session, news.states, now=now)
    _reconcile(session, connection_id, news, untouched=set(listed) - set(map(ref_of, rows)), now=now)
    if repriced or turned:
        _report(session, connection_id, repriced, turned, rows=rows, now=now)


def newest_unit(session: Session) -> int:
    return int(session.execute(sa.select(sa.func.coalesce(sa.func.max(Unit.id), 0))).scalar_one())


def _read(session: Session, connection_id: int, units: Units, rows: list[Row]) -> News:
    news = News()
    known = matching.match(session, connection_id, units, rows)
    ours = pricing.ours(session, known.values())
    for row in rows:
        ref, version = ref_of(row), str(row["DataVersion"])
        remarks: list[str] = []
        if unit_id := known.get(ref):
            sent = _price(row, unit_id, units, remarks)
            if unit_id not in ours:
                news.prices |= sent
            elif sent and sent[unit_id] != ours[unit_id]:
                remarks.append(_not_taken(sent[unit_id], ours[unit_id]))
            news.states |= _state(row, unit_id, units, remarks)
            links.link(session, connection_id, units.set_name, ref, "unit", unit_id, version=version)
        else:
            remarks.append(_("no such unit here"))
            news.unknown[ref] = version
        if remarks:
            news.remarks[ref] = f"{matching.described(row, units)}: {'; '.join(remarks)}"
    return news


def _price(row: Row, unit_id: int, units: Units, remarks: list[str]) -> dict[int, Decimal | None]:
    """Zero is how 1C says "not priced"."""
    written = odata.number(row.get(units.price))
    if written is None or not 0 <= written < DEAREST:
        remarks.append(_("the price «%(price)s» cannot be read", price=row.get(units.price)))
        return {}
    return {unit_id: written.quantize(Decimal("0.01")) or None}


def _not_taken(sent: Decimal | None, ours: Decimal | None) -> str:
    return _(
        "price lists here set the price: %(sent)s of 1C is not taken, %(ours)s stays",
        sent=formats.money(sent),
        ours=formats.money(ours),
    )


def _state(row: Row, unit_id: int, units: Units, remarks: list[str]) -> dict[int, Availability]:
    word = str(row.get(units.status) or "")
    known = mapping.availability(units, word)
    if row.get("DeletionMark"):
        remarks.append(_("it is marked for deletion in 1C, so it is not for sale"))
        known = Availability.OFF
    elif known is None:
        remarks.append(_("the state «%(word)s» is unknown, so it is not for sale", word=word))
    return {unit_id: known or Availability.OFF}


def _reconcile(
    session: Session, connection_id: int, news: News, *, untouched: set[str], now: datetime
) -> None:
    """Remarks about rows that did not change still stand; those about rows that are gone are dropped."""
    before = standing.standing(session, connection_id, standing.RECONCILIATION).report
    report = {
        "remarks": _kept(before.get("remarks", {}), untouched) | news.remarks,
        "unknown": _kept(before.get("unknown", {}), untouched) | news.unknown,
        "newest_unit": newest_unit(session),
    }
    standing.tell(session, connection_id, standing.RECONCILIATION, report, now=now)


def _kept(said: dict[str, str], untouched: set[str]) -> dict[str, str]:
    return {ref: words for ref, words in said.items() if ref in untouched}


def _report(
    session: Session,
    connection_id: int,
    repriced: set[int],
    turned: set[int],
    *,
    rows: list[Row],
    now: datetime,
) -> None:
    """A line on the exchange screen."""
    key = f"{PRICES}:{now.isoformat()}:{max(str(row['DataVersion']) for row in rows)}"
    message = messages.put(session, connection_id, kind=PRICES, key=key, direction=Direction.IN)
    message.state, message.done_at = MessageState.DONE, now
    named = sorted(repriced | turned)[:LISTED]
    message.report = {"repriced": len(repriced), "turned": len(turned), "units": named}
