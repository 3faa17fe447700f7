"""The order of cards in a column: a fraction between the neighbours, computed here and nowhere else."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.deals.models import Deal
from domain.kernel.db import kept, pick

STEP = Decimal(1024)


@kept
def on_top(stage_id: int) -> Any:
    """The rank above all cards of the stage, as an expression: found out by the statement that writes it."""
    first = pick(sa.func.min(Deal.rank)).where(col(Deal.stage_id) == stage_id).scalar_subquery()
    return sa.func.coalesce(first, STEP) - STEP


def after(session: Session, stage_id: int, deal_id: int | None) -> Any:
    """The rank right below the given card of the stage; on top when there is no such card any more."""
    neighbour = pick(Deal.rank).where(col(Deal.id) == deal_id, col(Deal.stage_id) == stage_id)
    above: Decimal | None = session.execute(neighbour).scalar()
    if above is None:
        return on_top(stage_id)
    below = session.execute(
        pick(sa.func.min(Deal.rank)).where(col(Deal.stage_id) == stage_id, col(Deal.rank) > above)
    ).scalar()
    if below is None:
        return above + STEP
    between = (above + below) / 2
    if above < between < below:
        return between
    spread(session, stage_id)
    return after(session, stage_id, deal_id)


def spread(session: Session, stage_id: int) -> None:
    """Renumber the column when two neighbours have no number left between them."""
    placed = (
        pick(Deal.id, sa.func.row_number().over(order_by=(col(Deal.rank), col(Deal.id))).label("place"))
        .where(col(Deal.stage_id) == stage_id)
        .subquery()
    )
    session.execute(sa.update(Deal).where(col(Deal.id) == placed.c.id).values(rank=placed.c.place * STEP))
    session.expire_all()
