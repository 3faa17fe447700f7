"""Prices of units: set by 1C or by price lists, frozen by a booking, never typed by a manager."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.estate.models import Availability, Floor, ListPrice, Section, Unit
from domain.estate.pricing.repricing import Repriced, write_prices
from domain.estate.waiting import offer_returned
from domain.estate.writing import among, write
from domain.events import names
from domain.kernel import clock
from domain.kernel.db import pick


def reprice(session: Session, prices: Mapping[int, Decimal | None], *, by: User | None = None) -> set[int]:
    """Set the price of each unit; None is "not priced, not for sale". Returns who had another.

    `by` is None when 1C says so.
    """
    known = _standing(Unit.price, unit_ids=prices)
    repriced = [
        Repriced(unit_id, building_id, before, prices[unit_id])
        for unit_id, building_id, before in session.execute(known)
        if before != prices[unit_id]
    ]
    write_prices(session, repriced, by_id=by.id if by else None)
    turned = {one.unit_id for one in repriced}
    of_lists = col(ListPrice.unit_id) == sa.any_(sa.cast(list(turned), sa.ARRAY(sa.BigInteger)))
    session.execute(sa.delete(ListPrice).where(of_lists))
    return turned


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
    turned = {
        unit_id: (building_id, before)
        for unit_id, building_id, before in session.execute(
            _standing(Unit.availability, unit_ids=availabilities)
        )
        if before != availabilities[unit_id]
    }
    write(session, {unit_id: {"availability": availabilities[unit_id]} for unit_id in turned})
    happened = [
        (
            unit_id,
            f"building-{building_id}",
            {"changes": {"availability": (before, availabilities[unit_id])}},
        )
        for unit_id, (building_id, before) in turned.items()
    ]
    events.record_all(session, names.UNIT_AVAILABILITY_CHANGED, "unit", happened, by=by.id if by else None)
    back = {unit_id for unit_id in turned if availabilities[unit_id] is Availability.ON_SALE}
    offer_returned(session, back, now=now or clock.now())
    return set(turned)


def _standing(column: Any, *, unit_ids: Collection[int]) -> sa.Select[Any]:
    """Units with their buildings and what stands in a column, in order of their numbers."""
    return (
        pick(Unit.id, Section.building_id, column)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .where(among(unit_ids))
        .order_by(col(Unit.id))
    )
