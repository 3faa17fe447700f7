"""The queue of requests: of one's people for a head, one's own for everybody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import contains_eager
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.access.models import User
from domain.access.policy import Viewer, may, rows_of
from domain.approvals import kinds
from domain.approvals.models import Approval, ApprovalState
from domain.kernel.db import MOMENT, kept, pick
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1
MOST = 200


@dataclass(frozen=True)
class Queue:
    rows: list[Approval]
    counts: dict[str, int]
    """How many wait, by kind."""
    more: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def alive(now: Any) -> ColumnElement[bool]:
    """It waits and it is not too late to answer, whether anybody has swept or not."""
    return sa.and_(
        col(Approval.state) == ApprovalState.WAITING,
        sa.or_(col(Approval.until).is_(None), col(Approval.until) > now),
    )


def queue(
    session: Session, user: User, *, decided: bool, kind: str = "", now: datetime, most: int = MOST
) -> Queue:
    """Those that wait, the most urgent first; or those that are over, the latest first."""
    asker: Any = Approval.asked_by
    seen = select(Approval).join(asker).where(rows_of(user, col(Approval.asked_by_id)))
    wanted = seen.where(~alive(now) if decided else alive(now)).options(contains_eager(asker))
    if kind:
        wanted = wanted.where(Approval.kind == kind)
    order: list[Any] = (
        [sa.func.coalesce(Approval.decided_at, Approval.until).desc(), col(Approval.id).desc()]
        if decided
        else [col(Approval.until).asc().nulls_last(), col(Approval.id)]
    )
    rows = list(session.exec(wanted.order_by(*order).limit(most + 1)))
    counts = (
        pick(Approval.kind, sa.func.count())
        .where(rows_of(user, col(Approval.asked_by_id)), alive(now))
        .group_by(Approval.kind)
    )
    return Queue(rows[:most], {row[0]: row[1] for row in session.execute(counts)}, len(rows) > most)


class Mine(NamedTuple):
    """Kinds of requests a person may decide."""

    names: tuple[str, ...]
    own: tuple[str, ...]
    """Of these the ones decided even when it was oneself who asked, having nobody above."""


def kinds_for(user: User) -> Mine:
    mine = [kind for kind in kinds.known().values() if may(user, kind.permission)]
    own = [kind.name for kind in mine if kind.by_oneself and user.chief_id is None]
    return Mine(tuple(kind.name for kind in mine), tuple(own))


def waiting(viewer: User | Viewer, mine: Mine, *, now: Any) -> sa.Select[Any]:
    """The number of requests that wait for this very person's answer."""
    return (
        pick(sa.func.count())
        .select_from(Approval)
        .where(
            rows_of(viewer, col(Approval.asked_by_id)),
            sa.or_(col(Approval.asked_by_id) != viewer.id, col(Approval.kind).in_(mine.own)),
            col(Approval.kind).in_(mine.names),
            alive(now),
        )
    )


def get_approval(session: Session, user: User, approval_id: int) -> Approval:
    """The request, or Missing: somebody else's and none at all look the same."""
    asker: Any = Approval.asked_by
    visible = (
        select(Approval)
        .join(asker)
        .where(Approval.id == approval_id, rows_of(user, col(Approval.asked_by_id)))
        .options(contains_eager(asker))
    )
    approval = session.exec(visible).first() if 0 < approval_id <= LARGEST_ID else None
    if approval is None:
        raise Missing(_("There is no such request, or it is not yours"))
    return approval


def waiting_about(
    session: Session, kind: str, subject_ids: Iterable[int], *, now: datetime
) -> dict[int, Approval]:
    """The requests that wait about these, by what they are about."""
    asked = {"kind": kind, "subjects": list(subject_ids), "now": now}
    return {approval.subject_id: approval for approval in session.exec(_about(), params=asked)}


@kept
def _about() -> SelectOfScalar[Approval]:
    asker: Any = Approval.asked_by
    subjects = sa.bindparam("subjects", type_=ARRAY(sa.BigInteger))
    return (
        select(Approval)
        .join(asker)
        .where(
            col(Approval.kind) == sa.bindparam("kind"),
            col(Approval.subject_id) == sa.func.any(subjects),
            alive(MOMENT),
        )
        .options(contains_eager(asker))
    )
