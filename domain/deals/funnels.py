"""Funnels and their stages: data of the company, arranged in the order of results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain import events
from domain.access.models import User
from domain.deals.models import Deal, Funnel, Stage, StageKind
from domain.kernel.db import FUNNEL, LOCK, ask, kept, pick
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.text import _

LONGEST_NAME = 100


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
    return list(session.exec(_funnels()))


@kept
def _funnels() -> SelectOfScalar[Funnel]:
    return select(Funnel).order_by(col(Funnel.position), col(Funnel.id))


class Head(NamedTuple):
    """A stage as the column of a board needs it."""

    id: int
    funnel_id: int
    name: str
    kind: StageKind
    rules: list[str]
    norm_days: int | None
    position: int


class Outline(NamedTuple):
    """A funnel as screens that choose among them need it."""

    id: int
    name: str
    heads: Sequence[Head]
    """Of its stages in their order."""


HEAD = (
    col(Stage.id), Stage.funnel_id, Stage.name, Stage.kind, Stage.rules, col(Stage.norm_days),
    col(Stage.position),
)  # fmt: skip


def outlines(session: Session) -> list[Outline]:
    """All funnels in their order."""
    outlined: dict[int, Outline] = {}
    for number, name, *head in ask(session, _outlined(), {}).all():
        heads: Any = outlined.setdefault(number, Outline(number, name, [])).heads
        if head[0] is not None:
            heads.append(Head(*head))
    return list(outlined.values())


@kept
def _outlined() -> sa.Select[Any]:
    funnels = pick(col(Funnel.id), Funnel.name, *HEAD).select_from(Funnel)
    return funnels.outerjoin(Stage, col(Stage.funnel_id) == Funnel.id).order_by(
        col(Funnel.position), col(Funnel.id), col(Stage.position), col(Stage.id)
    )


def heads_of(session: Session, funnel_id: int) -> list[Head]:
    return [Head(*row) for row in ask(session, _heads(), {"funnel": funnel_id}).all()]


@kept
def _heads() -> sa.Select[Any]:
    return pick(*HEAD).where(col(Stage.funnel_id) == FUNNEL).order_by(col(Stage.position), col(Stage.id))


def head_of(stage: Stage) -> Head:
    return Head(
        stage.id, stage.funnel_id, stage.name, stage.kind, stage.rules, stage.norm_days, stage.position
    )


def stages_of(session: Session, funnel_id: int) -> list[Stage]:
    return list(session.exec(_stages(), params={"funnel": funnel_id}))


@kept
def _stages() -> SelectOfScalar[Stage]:
    return select(Stage).where(col(Stage.funnel_id) == FUNNEL).order_by(col(Stage.position), col(Stage.id))


def in_work() -> ColumnElement[bool]:
    """The deal is on an open stage. The stages are counted out first, so an index is entered by numbers:
    a join would walk through the archive."""
    stages = pick(Stage.id).where(col(Stage.kind) == StageKind.OPEN).scalar_subquery()
    return col(Deal.stage_id) == sa.any_(sa.func.array(stages))


def booked_stage(session: Session, funnel_id: int) -> Stage | None:
    """Where a deal goes by itself when a unit is booked for it; None where it stays."""
    return session.exec(select(Stage).where(Stage.funnel_id == funnel_id, col(Stage.on_booking))).first()


def follow_bookings(
    session: Session,
    funnel: Funnel,
    *,
    stage: Stage | None,
    steps_back: bool = False,
    calls_back: bool = False,
    by: User | None,
) -> None:
    """How deals of this funnel follow their bookings: to which stage, and what when all are gone."""
    edit(
        session, funnel, version=funnel.version, name=funnel.name,
        stage=stage, steps_back=steps_back, calls_back=calls_back, by=by,
    )  # fmt: skip


def edit(
    session: Session,
    funnel: Funnel,
    *,
    version: int,
    name: str,
    stage: Stage | None,
    steps_back: bool,
    calls_back: bool,
    by: User | None,
) -> None:
    """Save the form of a funnel; deals stay where they are until their next booking.

    Raises Stale over somebody else's save.
    """
    session.refresh(funnel, with_for_update=LOCK)
    if stage is not None and (stage.funnel_id != funnel.id or stage.kind is not StageKind.OPEN):
        raise Refused(_("A booked deal enters an open stage of its own funnel"))
    before = booked_stage(session, funnel.id)
    pairs = {
        "name": (funnel.name, name),
        "on_booking": (before.name if before else None, stage.name if stage else None),
        "steps_back": (funnel.steps_back, steps_back),
        "calls_back": (funnel.calls_back, calls_back),
    }
    changes = {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
    if funnel.version != version:
        theirs = {field: _said(now_is) for field, (now_is, _mine) in changes.items()}
        raise Stale(_("Somebody saved this funnel before you"), theirs=theirs)
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid({"name": _("From 1 to %(most)s letters", most=LONGEST_NAME)})
    if not changes:
        return
    if before is not None:
        before.on_booking = False
        session.flush()
    if stage is not None:
        stage.on_booking = True
    funnel.steps_back, funnel.calls_back, funnel.version = steps_back, calls_back, funnel.version + 1
    session.flush()
    try:
        with session.begin_nested():
            funnel.name = name
            session.flush()
    except IntegrityError:
        raise Invalid({"name": _("Another funnel is called so")}) from None
    topics = [f"funnel-{funnel.id}"]
    events.record(session, "funnel.edited", funnel, by=by, topics=topics, changes=changes)


def _said(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value or _("none")


def get_funnel(session: Session, funnel_id: int) -> Funnel:
    funnel = session.get(Funnel, funnel_id) if 0 < funnel_id < 2**63 else None
    if funnel is None:
        raise Missing(_("There is no such funnel"))
    return funnel


def get_stage(session: Session, stage_id: int) -> Stage:
    stage = session.get(Stage, stage_id) if 0 < stage_id < 2**63 else None
    if stage is None:
        raise Missing(_("There is no such stage"))
    return stage


def next_of(stages: Sequence[Stage], stage: Stage) -> Stage | None:
    """Of the stages of a funnel the one a deal goes to when all is well; None from a final one."""
    if stage.kind is not StageKind.OPEN:
        return None
    onward = (one for one in stages if one.position > stage.position and one.kind is not StageKind.LOST)
    return min(onward, key=lambda one: one.position, default=None)
