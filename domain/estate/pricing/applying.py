"""Carrying a price list out: some units at a time, each batch whole or not at all.

What is done stands in the lines, so whoever is killed is followed by anybody: a batch takes the lines that
still wait. The document's row is locked for the length of a batch, so two at once never meet at a line; the
units' rows are locked in the order of their numbers, as everywhere.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.models import Floor, Section, Unit
from domain.estate.pricing import lists
from domain.estate.pricing.models import CARRIED, LineState, ListState, PriceList, PriceListLine
from domain.estate.pricing.repricing import Repriced, write_prices
from domain.estate.pricing.rules import Skipped, lines_after
from domain.estate.pricing.units import Counting, Row, counting, units_met
from domain.estate.writing import among
from domain.events import names
from domain.kernel.db import pick
from domain.kernel.errors import Refused

BATCH = 1_000
"""Units in one transaction: their rows are held for some tenths of a second, and bookings wait no longer."""
LONGEST_MAKING = 40
"""Lines a price may be made of: beyond that the next price list begins anew."""
CHANGED = "changed"
"""Why an undo left a unit alone."""


@dataclass(frozen=True)
class Done:
    """What a batch made of one line."""

    unit_id: int
    building_id: int
    state: LineState
    before: Decimal | None
    after: Decimal | None
    why: str = ""
    made: Sequence[Any] = ()
    """Of what the price is made now."""
    made_before: Sequence[Any] = ()


def due(session: Session, *, now: datetime) -> list[int]:
    """Documents somebody began and did not finish, then those whose date has come, in the order of dates."""
    waiting = pick(PriceList.id).where(
        sa.or_(
            col(PriceList.state).in_(CARRIED),
            sa.and_(col(PriceList.state) == ListState.SCHEDULED, col(PriceList.effect_at) <= now),
        )
    )
    begun_first = (col(PriceList.state) == ListState.SCHEDULED, col(PriceList.effect_at), col(PriceList.id))
    return list(session.execute(waiting.order_by(*begun_first)).scalars())


def carry_on(session: Session, list_id: int, *, now: datetime, most: int = BATCH) -> bool:
    """The next batch of a document; whether there is more to do. False too while somebody else is at it."""
    found = select(PriceList).where(PriceList.id == list_id)
    locked = found.with_for_update(skip_locked=True, key_share=True)
    document = session.exec(locked.execution_options(populate_existing=True)).first()
    if document is None:
        return False
    if document.state is ListState.SCHEDULED and document.effect_at and document.effect_at <= now:
        return _begin(session, document, now=now)
    if document.state is ListState.APPLYING:
        return _step(session, document, LineState.WAITING, most, now=now)
    if document.state is ListState.UNDOING:
        return _step(session, document, LineState.APPLIED, most, now=now)
    return False


def _begin(session: Session, document: PriceList, *, now: datetime) -> bool:
    """Its date has come. What can't be applied any more is a draft again, with the reason in its history."""
    try:
        with session.begin_nested():
            lists.start(session, document, by=None, now=now)
    except lists.Busy:
        return False
    except Refused as no:
        session.refresh(document)
        before = document.effect_at
        document.state, document.effect_at = ListState.DRAFT, None
        document.version += 1
        lists.record(
            session, names.PRICE_LIST_RECALLED, document, by=None, why=no.sentence,
            changes={"effect_at": (before, None)},
        )  # fmt: skip
        return False
    return True


def _step(session: Session, document: PriceList, of: LineState, most: int, *, now: datetime) -> bool:
    left = (
        pick(PriceListLine.unit_id)
        .where(col(PriceListLine.list_id) == document.id, col(PriceListLine.state) == of)
        .order_by(col(PriceListLine.unit_id))
        .limit(most)
    )
    unit_ids = list(session.execute(left).scalars())
    if not unit_ids:
        _finish(session, document)
        return False
    _lock(session, unit_ids)
    if of is LineState.WAITING:
        done = _applied(session, document, unit_ids, now=now)
    else:
        done = _undone(session, document, unit_ids)
    _write(session, document, done)
    events.announce(session, f"prices-{document.project_id}")
    return True


def _finish(session: Session, document: PriceList) -> None:
    undoing = document.state is ListState.UNDOING
    document.state = ListState.UNDONE if undoing else ListState.APPLIED
    counted = (
        pick(PriceListLine.state, sa.func.count())
        .where(col(PriceListLine.list_id) == document.id)
        .group_by(col(PriceListLine.state))
    )
    counts = {state.value: count for state, count in session.execute(counted).all()}
    by_id = document.undone_by_id if undoing else document.applied_by_id
    by = session.get(User, by_id) if by_id else None
    name = names.PRICE_LIST_UNDONE if undoing else names.PRICE_LIST_APPLIED
    lists.record(session, name, document, by=by, counts=counts)


def _lock(session: Session, unit_ids: Sequence[int]) -> None:
    """Wait for whoever is at these units: bookings, 1C. Rows that merely refer to them go on."""
    units = pick(Unit.id).where(among(unit_ids)).order_by(col(Unit.id))
    session.execute(units.with_for_update(key_share=True, of=Unit))


def _applied(session: Session, document: PriceList, unit_ids: Sequence[int], *, now: datetime) -> list[Done]:
    met = units_met(session, document, unit_ids, now=now)
    counted = counting(session, document, met, now=now)
    return [_done(counted, row) for row in met]


def _done(counted: Counting, row: Row) -> Done:
    after = counted.of(row)
    if isinstance(after, Skipped):
        return Done(row.id, row.building_id, LineState.SKIPPED, row.price, row.price, after.why)
    known = 0 < len(row.made) < LONGEST_MAKING
    goes_on, lines = lines_after(
        counted.change,
        before=row.price,
        after=after,
        made=sum((Decimal(line["amount"]) for line in row.made), Decimal(0)) if known else None,
        area=row.area,
        factors=counted.factors.get(row.id, ()),
    )
    made = [*(row.made if goes_on else ()), *(line.as_json() for line in lines)]
    return Done(row.id, row.building_id, LineState.APPLIED, row.price, after, made=made, made_before=row.made)


def _undone(session: Session, document: PriceList, unit_ids: Sequence[int]) -> list[Done]:
    """A price that is another by now is left alone: somebody has set it since."""
    found = (
        pick(
            Unit.id, Section.building_id, Unit.price, PriceListLine.before, PriceListLine.after,
            PriceListLine.made_before,
        )
        .join(PriceListLine, col(PriceListLine.unit_id) == Unit.id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(col(PriceListLine.list_id) == document.id, among(unit_ids))
        .order_by(col(Unit.id))
    )  # fmt: skip
    return [
        Done(id_, building_id, LineState.UNDONE, after, before, made=made_before)
        if price == after
        else Done(id_, building_id, LineState.KEPT, price, price, CHANGED)
        for id_, building_id, price, before, after, made_before in session.execute(found)
    ]


WRITE_LINES = sa.text(
    """update price_list_line line
          set state = told.state, why = told.why,
              before = case when told.state in ('applied', 'skipped') then told.before else line.before end,
              after = case when told.state in ('applied', 'skipped') then told.after else line.after end,
              made_before = case when told.state = 'applied' then told.made else line.made_before end
         from jsonb_to_recordset(cast(:told as jsonb))
              as told (unit bigint, state text, why text, before numeric, after numeric, made jsonb)
        where line.list_id = :list and line.unit_id = told.unit"""
)
WRITE_MADE = sa.text(
    """insert into list_price (unit_id, components)
       select unit, made from jsonb_to_recordset(cast(:told as jsonb)) as told (unit bigint, made jsonb)
       on conflict (unit_id) do update set components = excluded.components"""
)
"""One document for all rows: an array of texts would be written letter by letter."""


def _write(session: Session, document: PriceList, done: Sequence[Done]) -> None:
    """Prices, what they are made of, the lines and the events: five statements, however many units."""
    turned = [one for one in done if one.state in (LineState.APPLIED, LineState.UNDONE)]
    if turned:
        write_prices(
            session,
            [Repriced(one.unit_id, one.building_id, one.before, one.after) for one in turned],
            by_id=document.undone_by_id if document.state is ListState.UNDOING else document.applied_by_id,
            list={"id": document.id, "number": document.number},
        )
        made = [{"unit": one.unit_id, "made": one.made} for one in turned]
        session.execute(WRITE_MADE, {"told": json.dumps(made, ensure_ascii=False)})
    told = [
        {
            "unit": one.unit_id, "state": one.state.value, "why": one.why, "made": one.made_before,
            "before": _text(one.before), "after": _text(one.after),
        }
        for one in done
    ]  # fmt: skip
    session.execute(WRITE_LINES, {"list": document.id, "told": json.dumps(told, ensure_ascii=False)})


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
