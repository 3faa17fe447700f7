"""Prices of units: set by 1C or by price lists, frozen by a booking, never typed by a manager."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.models import Availability, Floor, ListPrice, Section, Unit
from domain.estate.waiting import offer_returned
from domain.events import names
from domain.kernel import clock


def reprice(session: Session, prices: Mapping[int, Decimal | None], *, by: User | None = None) -> set[int]:
    """Set the price of each unit; None is "not priced, not for sale". Returns who had another.

    `by` is None when 1C says so.
    """
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
            by=by,
            topics=[f"building-{building_id}"],
            changes={"price": (before, unit.price)},
        )
    if repriced:
        session.execute(sa.delete(ListPrice).where(col(ListPrice.unit_id).in_(repriced)))
    session.flush()
    return repriced


def change_availability(
    session: Session,
    availabilities: Mapping[int, Availability],
    *,
    by: User | None = None,
    now: datetime | None = None,
) -> set[int]:
    """Set what the master of the stock says of each unit; returns the ids of those that were otherwise.

    A unit that is back on sale is offered to the first of its waiting list at once.
    """
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
                by=by,
                topics=[f"building-{building_id}"],
                changes={"availability": (before, unit.availability)},
            )
    session.flush()
    back = {unit_id for unit_id in turned if availabilities[unit_id] is Availability.ON_SALE}
    offer_returned(session, back, now=now or clock.now())
    return turned
