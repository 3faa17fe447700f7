"""The deal's card: everything its page shows, read in a handful of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.activities.models import Attachment, Task
from domain.deals import rules
from domain.deals.cards import Pace, moments, pace_of
from domain.deals.following import Behind, behind
from domain.deals.funnels import next_of, stages_of
from domain.deals.models import Deal, Stage, StageKind, StageStay
from domain.deals.rules import Condition
from domain.deals.timeline import Timeline, timeline
from domain.deals.units import Awaited, Held, awaited, held
from domain.kernel.days import days_between
from domain.kernel.db import DEAL, ask, kept, pick


@dataclass(frozen=True)
class Step:
    id: int
    title: str
    due_at: datetime
    pace: Pace
    responsible_id: int


@dataclass(frozen=True)
class Shelved:
    """A file of the deal."""

    id: int
    name: str
    size: int
    media_type: str
    added_at: datetime
    added_by_id: int
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
    stages = stages_of(session, deal.stage.funnel_id)
    onward = next_of(stages, deal.stage)
    client: Any = deal.person or deal.company
    units = held(session, deal.id, now=now)
    return DealCard(
        deal=deal,
        client_name=client.name,
        client_phone=client.phone,
        client_inn=client.inn,
        client_href=f"/people/{client.id}" if deal.person else f"/companies/{client.id}",
        days=days_between(deal.stage_entered_at, now),
        places=_places(session, deal, stages, onward),
        gate=Gate(onward, rules.conditions(session, deal, onward)) if onward else None,
        steps=steps(session, deal, now=now),
        held=units,
        awaited=awaited(session, deal.id),
        files=files(session, deal.id),
        timeline=timeline(session, deal.id, now=now),
        behind=behind(session, deal, stages, booked=any(not unit.is_offer for unit in units)),
    )


def steps(session: Session, deal: Deal, *, now: datetime) -> list[Step]:
    """Open steps, the nearest first."""
    at, rows = moments(now), ask(session, _open_steps(), {"deal": deal.id})
    return [Step(row.id, row.title, row.due_at, pace_of(row.due_at, at), row.responsible_id) for row in rows]


@kept
def _open_steps() -> sa.Select[Any]:
    return (
        pick(col(Task.id), col(Task.title), col(Task.due_at), col(Task.responsible_id))
        .where(col(Task.deal_id) == DEAL, col(Task.done_at).is_(None))
        .order_by(col(Task.due_at), col(Task.id))
        .limit(20)
    )


def files(session: Session, deal_id: int) -> list[Shelved]:
    """Those not taken off, the newest first."""
    return [Shelved(*row) for row in ask(session, _attached(), {"deal": deal_id})]


@kept
def _attached() -> sa.Select[Any]:
    return (
        pick(
            col(Attachment.id), Attachment.name, Attachment.size, Attachment.media_type,
            Attachment.added_at, Attachment.added_by_id, User.name.label("who"),  # type: ignore[attr-defined]
        )
        .join(User, col(User.id) == Attachment.added_by_id)
        .where(col(Attachment.deal_id) == DEAL, col(Attachment.removed_at).is_(None))
        .order_by(col(Attachment.id).desc())
    )  # fmt: skip


@kept
def _entered() -> sa.Select[Any]:
    return (
        pick(StageStay.stage_id, sa.func.max(StageStay.entered_at))
        .where(col(StageStay.deal_id) == DEAL)
        .group_by(col(StageStay.stage_id))
    )


def _places(session: Session, deal: Deal, stages: Sequence[Stage], onward: Stage | None) -> list[Place]:
    """Every stage of the funnel; a dead end is shown only while the deal is in it."""
    entered: dict[int, datetime] = dict(ask(session, _entered(), {"deal": deal.id}).all())

    def state(stage: Stage) -> str:
        if stage.id == deal.stage_id:
            return "current"
        if stage.position < deal.stage.position and stage.id in entered:
            return "done"
        return "next" if onward and stage.id == onward.id else "later"

    return [
        Place(stage.id, stage.name, stage.kind, state(stage), entered.get(stage.id))
        for stage in stages
        if stage.kind in {StageKind.OPEN, StageKind.WON} or stage.id == deal.stage_id
    ]
