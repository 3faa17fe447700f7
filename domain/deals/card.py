"""The deal's card: everything its page shows, read in a handful of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access.models import User
from domain.activities.models import Attachment, Task
from domain.deals import rules
from domain.deals.cards import Pace, moments, pace_of
from domain.deals.following import Behind, behind
from domain.deals.funnels import next_of
from domain.deals.models import Deal, Stage, StageKind, StageStay
from domain.deals.rules import Condition
from domain.deals.timeline import Timeline, timeline
from domain.deals.units import Awaited, Held, awaited_places, held
from domain.kernel.days import days_between
from domain.kernel.db import DEAL, FUNNEL, ask, kept, pick

MOST_STEPS = 20


@dataclass(frozen=True)
class Step:
    id: int
    responsible_id: int
    title: str
    due_at: datetime
    pace: Pace


@dataclass(frozen=True)
class Shelved:
    """A file of the deal."""

    id: int
    added_by_id: int
    name: str
    added_at: datetime
    size: int
    media_type: str
    who: str

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True)
class Place:
    """A stage on the stage bar."""

    id: int
    name: str
    kind: StageKind
    state: str
    """done, current, next or later."""
    entered_at: datetime | None


@dataclass(frozen=True)
class Gate:
    """What stands between the deal and a stage."""

    stage: Stage
    conditions: Sequence[Condition]

    @property
    def met(self) -> int:
        return sum(condition.unmet is None for condition in self.conditions)

    @property
    def left(self) -> int:
        return len(self.conditions) - self.met


@dataclass(frozen=True)
class DealCard:
    deal: Deal
    client_name: str
    client_phone: str | None
    client_inn: str | None
    client_href: str
    days: int
    places: Sequence[Place]
    gate: Gate | None
    steps: Sequence[Step]
    held: Sequence[Held]
    awaited: Sequence[Awaited]
    files: Sequence[Shelved]
    timeline: Timeline
    behind: Behind | None

    @property
    def late(self) -> bool:
        norm = self.deal.stage.norm_days
        return norm is not None and self.days > norm


def card(session: Session, deal: Deal, *, now: datetime) -> DealCard:
    walked = _walked(session, deal)
    stages = [stage for stage, _entered_at in walked]
    onward = next_of(stages, deal.stage)
    client: Any = deal.person or deal.company
    units = held(session, deal.id, now=now)
    steps, waited, attached = _short_lists(session, deal.id)
    return DealCard(
        deal=deal,
        client_name=client.name,
        client_phone=client.phone,
        client_inn=client.inn,
        client_href=f"/people/{client.id}" if deal.person else f"/companies/{client.id}",
        days=days_between(deal.stage_entered_at, now),
        places=_places(deal, walked, onward),
        gate=Gate(onward, rules.conditions(session, deal, onward)) if onward else None,
        steps=_steps(steps, now=now),
        held=units,
        awaited=sorted((Awaited(*row) for row in waited), key=lambda one: (one.ahead, one.waiting_id)),
        files=sorted((Shelved(*row) for row in attached), key=lambda one: -one.id),
        timeline=timeline(session, deal.id, now=now),
        behind=behind(session, deal, stages, booked=any(not unit.is_offer for unit in units)),
    )


def _steps(rows: Iterable[Sequence[Any]], *, now: datetime) -> list[Step]:
    """The nearest first."""
    at = moments(now)
    steps = (Step(number, who, title, due_at, pace_of(due_at, at)) for number, who, title, due_at in rows)
    return sorted(steps, key=lambda step: (step.due_at, step.id))


def _short_lists(session: Session, deal_id: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Open steps, places in lines and files of a deal, in no order: asking costs more than finding so few,
    so they are asked for together."""
    lists: tuple[list[Any], list[Any], list[Any]] = [], [], []
    for which, *told in ask(session, _listed(), {"deal": deal_id}).all():
        lists[which].append(told[: _WIDTHS[which]])
    return lists


_WIDTHS = 4, 5, 7
"""Columns of each of the lists; the rows of all are as wide as the widest."""


@kept
def _listed() -> sa.CompoundSelect[Any]:
    steps = (
        pick(col(Task.id), col(Task.responsible_id), col(Task.title), col(Task.due_at))
        .where(col(Task.deal_id) == DEAL, col(Task.done_at).is_(None))
        .order_by(col(Task.due_at), col(Task.id))
        .limit(MOST_STEPS)
    )
    files = (
        pick(
            col(Attachment.id), Attachment.added_by_id, Attachment.name, Attachment.added_at,
            Attachment.size, Attachment.media_type, User.name.label("who"),  # type: ignore[attr-defined]
        )
        .join(User, col(User.id) == Attachment.added_by_id)
        .where(col(Attachment.deal_id) == DEAL, col(Attachment.removed_at).is_(None))
    )  # fmt: skip
    widest = len(files.selected_columns)
    lists = []
    for which, one in enumerate((steps, awaited_places(), files)):
        told = one.subquery()
        nothing = [sa.null()] * (widest - len(told.c))
        lists.append(pick(sa.literal_column(str(which), sa.Integer), *told.c, *nothing))
    return sa.union_all(*lists)


def _walked(session: Session, deal: Deal) -> Sequence[tuple[Stage, datetime | None]]:
    """The stages of the deal's funnel in their order, each with when the deal entered it last."""
    return session.exec(_stages(), params={"deal": deal.id, "funnel": deal.stage.funnel_id}).all()


@kept
def _stages() -> Any:
    entered = (
        pick(StageStay.stage_id, sa.func.max(StageStay.entered_at).label("at"))
        .where(col(StageStay.deal_id) == DEAL)
        .group_by(col(StageStay.stage_id))
        .subquery()
    )
    stages = select(Stage, entered.c.at).outerjoin(entered, entered.c.stage_id == Stage.id)
    return stages.where(col(Stage.funnel_id) == FUNNEL).order_by(col(Stage.position), col(Stage.id))


def _places(deal: Deal, walked: Iterable[tuple[Stage, datetime | None]], onward: Stage | None) -> list[Place]:
    """Every stage of the funnel; a dead end is shown only while the deal is in it."""

    def state(stage: Stage, entered_at: datetime | None) -> str:
        if stage.id == deal.stage_id:
            return "current"
        if stage.position < deal.stage.position and entered_at:
            return "done"
        return "next" if onward and stage.id == onward.id else "later"

    return [
        Place(stage.id, stage.name, stage.kind, state(stage, entered_at), entered_at)
        for stage, entered_at in walked
        if stage.kind in {StageKind.OPEN, StageKind.WON} or stage.id == deal.stage_id
    ]
