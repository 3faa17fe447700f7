"""Prices of a price list, written by hundreds."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from domain import events
from domain.estate.models import Unit
from domain.events import names


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
    those of `prices.reprice` say, and by which price list.
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
