"""What was drawn on a past day: names of layouts, pictures of plans, outlines on them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from domain.access.models import User
from domain.estate.drawings.models import Layout, Outline, Plan
from domain.estate.drawings.reading import Source, get_plan
from domain.estate.past.board import was
from domain.estate.past.models import LayoutPeriod, OutlinePeriod, PlanPeriod
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.text import _


def source_of(at: datetime) -> Source:
    """What the drawn is read from as it was just before the moment."""
    return Source(
        _then(Layout, LayoutPeriod, LayoutPeriod.layout_id, at),
        _then(Plan, PlanPeriod, PlanPeriod.plan_id, at),
        _then(Outline, OutlinePeriod, OutlinePeriod.outline_id, at),
    )


def _then(table: type[SQLModel], period: Any, number: Any, at: datetime) -> Any:
    """The periods of that moment in the shape of the table."""
    facts = [
        column for column in period.__table__.c if column.name in table.model_fields and column.name != "id"
    ]
    rows = pick(col(number).label("id"), *facts).where(was(period, at)).subquery()
    return aliased(table, rows, adapt_on_names=True)


def plan_of(session: Session, unit_id: int, layout_id: int | None, *, at: datetime) -> int | None:
    """The plan of the unit itself, else of the layout it had."""
    own = (col(PlanPeriod.unit_id) == unit_id) | (col(PlanPeriod.layout_id) == (layout_id or -1))
    found = pick(PlanPeriod.plan_id).where(own, was(PlanPeriod, at), col(PlanPeriod.removed_at).is_(None))
    return session.execute(found.order_by(col(PlanPeriod.unit_id).is_(None))).scalars().first()


def picture_of(session: Session, user: User, plan_id: int, *, at: datetime) -> PlanPeriod:
    """The files of the plan as it looked then."""
    plan = get_plan(session, user, plan_id)
    then = select(PlanPeriod).where(PlanPeriod.plan_id == plan.id, was(PlanPeriod, at))
    found = session.exec(then).first()
    if found is None:
        raise Missing(_("There is no such plan"))
    return found
