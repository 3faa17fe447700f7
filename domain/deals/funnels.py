"""Funnels and their stages: data of the company, arranged in the order of results."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.deals.models import Deal, Funnel, Stage, StageKind
from domain.kernel.db import pick
from domain.kernel.errors import Missing
from domain.kernel.text import _


@dataclass(frozen=True)
class StagePlan:
    name: str
    rules: tuple[str, ...] = ()
    norm_days: int | None = None
    kind: StageKind = StageKind.OPEN


def arrange(session: Session, name: str, stages: Sequence[StagePlan], *, by: User | None) -> Funnel:
    """A new funnel with its stages, after the existing ones."""
    position = len(list_funnels(session))
    funnel = Funnel(name=name, position=position)
    session.add(funnel)
    session.flush()
    for place, plan in enumerate(stages):
        session.add(
            Stage(
                funnel_id=funnel.id,
                name=plan.name,
                position=place,
                kind=plan.kind,
                norm_days=plan.norm_days,
                rules=list(plan.rules),
            )
        )
    events.record(session, "funnel.arranged", funnel, by=by, stages=[plan.name for plan in stages])
    session.flush()
    return funnel


def list_funnels(session: Session) -> list[Funnel]:
    return list(session.exec(select(Funnel).order_by(col(Funnel.position), col(Funnel.id))))


def stages_of(session: Session, funnel_id: int) -> list[Stage]:
    stages = select(Stage).where(Stage.funnel_id == funnel_id)
    return list(session.exec(stages.order_by(col(Stage.position), col(Stage.id))))


def in_work() -> ColumnElement[bool]:
    """The deal is on an open stage. The stages are counted out first, so an index is entered by numbers:
    a join would walk through the archive."""
    stages = pick(Stage.id).where(col(Stage.kind) == StageKind.OPEN).scalar_subquery()
    return col(Deal.stage_id) == sa.any_(sa.func.array(stages))


def get_stage(session: Session, stage_id: int) -> Stage:
    stage = session.get(Stage, stage_id) if 0 < stage_id < 2**63 else None
    if stage is None:
        raise Missing(_("There is no such stage"))
    return stage


def next_stage(session: Session, stage: Stage) -> Stage | None:
    """The stage a deal goes to when all is well; None from a final one."""
    if stage.kind is not StageKind.OPEN:
        return None
    onward = select(Stage).where(
        Stage.funnel_id == stage.funnel_id,
        col(Stage.position) > stage.position,
        col(Stage.kind).in_([StageKind.OPEN, StageKind.WON]),
    )
    return session.exec(onward.order_by(col(Stage.position)).limit(1)).first()
