"""The next step of a deal: planned for a moment, moved to another, done, taken back."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, select

from domain import events
from domain.access.models import User
from domain.activities.models import Task
from domain.kernel import formats
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.text import _

LONGEST_TITLE = 300
FARTHEST = timedelta(days=5 * 366)
LARGEST_ID = 2**63 - 1
_LOCK_DEAL = sa.text("SELECT FROM deal WHERE id = :deal FOR NO KEY UPDATE")

TopicsOf = Callable[[Session, int], Iterable[str]]
deal_topics: list[TopicsOf] = []
"""Filled from above: which open screens besides the deal's own follow its steps."""


class Discussed(Protocol):
    """The deal, as far as it is known here."""

    id: int
    responsible_id: int


def plan(
    session: Session, deal: Discussed, *, title: str, due_at: datetime, by: User | None, now: datetime
) -> Task:
    """A new open step of the deal, for whoever is responsible for it; by None the system planned it."""
    task = Task(
        deal_id=deal.id,
        title=_sane_title(title),
        due_at=_sane_moment(due_at, now=now),
        responsible_id=deal.responsible_id,
        created_at=now,
    )
    session.add(task)
    session.flush()
    _record(session, "task.planned", task, by=by, due_at=task.due_at)
    return task


def postpone(
    session: Session, task: Task, *, due_at: datetime, by: User, now: datetime, shown: datetime | None = None
) -> None:
    """Another moment for an open step; raises Refused when it has been done meanwhile.

    `shown` is the moment the person saw: Stale when somebody has moved the step since.
    """
    _lock_open(session, task)
    if shown is not None and task.due_at.replace(second=0, microsecond=0) != shown:
        theirs = formats.told(task.due_at, now=now)
        raise Stale(
            _("Somebody moved this step before you: to %(moment)s", moment=theirs), theirs={"due_at": theirs}
        )
    before, task.due_at = task.due_at, _sane_moment(due_at, now=now)
    if before != task.due_at:
        _record(session, "task.moved", task, by=by, changes={"due_at": (before, task.due_at)})


def finish(session: Session, task: Task, *, by: User, now: datetime) -> None:
    _lock_open(session, task)
    task.done_at = now
    _record(session, "task.done", task, by=by)


def reopen(session: Session, task: Task, *, by: User) -> None:
    """Undo `finish`: the step is open again at its old moment."""
    _lock(session, task)
    if task.done_at is None:
        raise Refused(_("This step is open already"))
    task.done_at = None
    _record(session, "task.reopened", task, by=by)


def get_task(session: Session, deal: Discussed, task_id: int) -> Task:
    """The deal's own step: whoever may see the deal may see it."""
    mine = select(Task).where(Task.id == task_id, Task.deal_id == deal.id)
    task = session.exec(mine).first() if 0 < task_id <= LARGEST_ID else None
    if task is None:
        raise Missing(_("There is no such step"))
    return task


def topics_of(session: Session, deal_id: int) -> set[str]:
    return {f"deal-{deal_id}"}.union(*(of(session, deal_id) for of in deal_topics))


def _lock(session: Session, task: Task) -> None:
    """The deal first, as everybody who changes a deal and then its steps does: it keeps its nearest one."""
    session.execute(_LOCK_DEAL, {"deal": task.deal_id})
    session.refresh(task, with_for_update=True)


def _lock_open(session: Session, task: Task) -> None:
    _lock(session, task)
    if task.done_at is not None:
        raise Refused(_("This step is done already"))


def _sane_title(title: str) -> str:
    said = title.strip()
    if not said:
        raise Invalid({"title": _("What is to be done? A few words are enough")})
    if len(said) > LONGEST_TITLE:
        raise Invalid({"title": _("The step is longer than %(most)s characters", most=LONGEST_TITLE)})
    return said


def _sane_moment(due_at: datetime, *, now: datetime) -> datetime:
    if due_at <= now:
        raise Invalid({"due_at": _("This moment has passed: choose a later one")})
    if due_at - now > FARTHEST:
        raise Invalid({"due_at": _("This is more than five years away: check the year")})
    return due_at


def _record(session: Session, name: str, task: Task, *, by: User | None, **payload: Any) -> None:
    events.record(
        session,
        name,
        task,
        by=by,
        deal=task.deal_id,
        topics={*topics_of(session, task.deal_id), f"user-{task.responsible_id}"},
        title=task.title,
        **payload,
    )
