"""Prices of units: set by 1C or by price lists, frozen by a booking, never typed by a manager."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from domain import events
from domain.estate.models import Availability, Floor, ListPrice, Section, Unit
from domain.events import names


def reprice(session: Session, prices: Mapping[int, Decimal | None]) -> set[int]:
    """Set the price of each unit; None is "not priced, not for sale". Returns who had another."""
    wanted = sa.func.unnest(
        sa.cast(list(prices), ARRAY(sa.BigInteger)), sa.cast(list(prices.values()), ARRAY(sa.Numeric))
    )
    asked = wanted.table_valued("id", "price").render_derived()
    otherwise = (
        select(Unit, Section.building_id)
        .join(asked, asked.c.id == Unit.id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(col(Unit.price).is_distinct_from(asked.c.price))
    )
    repriced = set()
    for unit, building_id in session.exec(otherwise):
        before, unit.price = unit.price, prices[unit.id]
        repriced.add(unit.id)
        events.record(
            session,
            names.UNIT_REPRICED,
            unit,
            by=None,
            topics=[f"building-{building_id}"],
            changes={"price": (before, unit.price)},
        )
    if repriced:
        session.execute(sa.delete(ListPrice).where(col(ListPrice.unit_id).in_(repriced)))
    session.flush()
    return repriced


class Repriced(NamedTuple):
    unit_id: int
    building_id: int
    before: Decimal | None
    after: Decimal | None


def reprice_by_list(
    session: Session, repriced: Sequence[Repriced], *, by_id: int | None, list_id: int, number: int
) -> None:
    """Write the prices of a price list, set-based: thousands of units in three statements.

    The caller has locked the rows in order of their numbers and seen `before` since. The events say what
    those of `reprice` say, and by which price list.
    """
    asked = sa.func.unnest(
        sa.cast([one.unit_id for one in repriced], ARRAY(sa.BigInteger)),
        sa.cast([one.after for one in repriced], ARRAY(sa.Numeric)),
    )
    wanted = asked.table_valued("id", "price").render_derived()
    written = sa.update(Unit).where(col(Unit.id) == wanted.c.id).values(price=wanted.c.price)
    session.execute(written.execution_options(synchronize_session=False))
    of_list = {"id": list_id, "number": number}
    happened = [
        (
            one.unit_id,
            f"building-{one.building_id}",
            {"changes": {"price": (one.before, one.after)}, "list": of_list},
        )
        for one in repriced
    ]
    events.record_all(session, names.UNIT_REPRICED, "unit", happened, by=by_id)


def change_availability(session: Session, availabilities: Mapping[int, Availability]) -> set[int]:
    """Set what the master of the stock says of each unit; returns the ids of those that were otherwise."""
    known = (
        select(Unit, Section.building_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(col(Unit.id).in_(availabilities))
    )
    turned = set()
    for unit, building_id in session.exec(known):
        before, unit.availability = unit.availability, availabilities[unit.id]
        if before != unit.availability:
            turned.add(unit.id)
            events.record(
                session,
                names.UNIT_AVAILABILITY_CHANGED,
                unit,
                by=None,
                topics=[f"building-{building_id}"],
                changes={"availability": (before, unit.availability)},
            )
    session.flush()
    return turned
