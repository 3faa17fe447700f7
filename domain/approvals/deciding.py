"""The answer of a head: one press, a comment, and the way back while it is not too late.

What a request is about is locked first (its kind knows in which order), then the request itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import may, may_act_for
from domain.approvals import kinds
from domain.approvals.asking import LONGEST, sane
from domain.approvals.models import Approval, ApprovalState
from domain.approvals.telling import record
from domain.kernel.errors import DomainError, Forbidden, Invalid, Refused
from domain.kernel.text import _

UNDO_WITHIN = timedelta(minutes=10)


@dataclass
class Decided:
    """What came of several answers given by one press."""

    done: list[Approval] = field(default_factory=list)
    refused: list[tuple[Approval, str]] = field(default_factory=list)


def approve(session: Session, approval: Approval, *, by: User, now: datetime, comment: str = "") -> None:
    """Grant what was asked. Raises Refused when it was answered, or what it is about is over."""
    kind = _to_answer(session, approval, by=by, now=now)
    approval.comment = _short(comment)
    approval.granted = kind.grant(session, approval, by, now)
    _answer(session, approval, ApprovalState.APPROVED, "approval.approved", comment, by=by, now=now)


def decline(session: Session, approval: Approval, *, by: User, now: datetime, comment: str) -> None:
    """Say no, and why: the words go to who asked."""
    said = sane(comment, _("Say why not: the person who asked will read it"), "comment")
    kind = _to_answer(session, approval, by=by, now=now)
    _answer(session, approval, ApprovalState.DECLINED, "approval.declined", said, by=by, now=now)
    kind.follow(session, approval, by, now)


def approve_many(
    session: Session, approvals: Sequence[Approval], *, by: User, now: datetime, comment: str = ""
) -> Decided:
    """Each by itself: what can't be granted any more is told and does not stop the others."""
    return _each(session, approvals, lambda one: approve(session, one, by=by, now=now, comment=comment))


def decline_many(
    session: Session, approvals: Sequence[Approval], *, by: User, now: datetime, comment: str
) -> Decided:
    sane(comment, _("Say why not: the person who asked will read it"), "comment")
    return _each(session, approvals, lambda one: decline(session, one, by=by, now=now, comment=comment))


def reopen(session: Session, approval: Approval, *, by: User, now: datetime) -> None:
    """Take one's own answer back: what was granted is undone and the question waits again."""
    kind = kinds.of(approval.kind)
    kind.lock(session, [approval])
    session.refresh(approval, with_for_update=True)
    if approval.decided_by_id != by.id or approval.decided_at is None:
        raise Refused(_("Only your own answer can be taken back"))
    if now - approval.decided_at > UNDO_WITHIN:
        raise Refused(_("This answer can't be taken back any more: ten minutes have passed"))
    if approval.state is ApprovalState.APPROVED:
        if kind.take_back is None:
            raise Refused(_("What was granted here can't be taken back"))
        approval.until = kind.take_back(session, approval, by, now)
    if approval.until is not None and approval.until <= now:
        raise Refused(_("It is too late: what was asked about is over"))
    _demand_alone(session, approval)
    approval.state, approval.decided_by_id, approval.decided_at = ApprovalState.WAITING, None, None
    approval.comment, approval.granted = "", {}
    session.flush()
    kind.follow(session, approval, by, now)
    record(session, "approval.reopened", approval, by=by)


def reopen_many(session: Session, approvals: Sequence[Approval], *, by: User, now: datetime) -> None:
    """All of the answers given by one press, or none."""
    _lock_all(session, approvals)
    for approval in sorted(approvals, key=lambda one: one.id):
        reopen(session, approval, by=by, now=now)


def may_answer(user: User, approval: Approval) -> bool:
    """Whether the screen offers it; the rows a person sees are already those of the people below."""
    kind = kinds.known().get(approval.kind)
    return kind is not None and may(user, kind.permission) and not _is_barred(approval, kind, user)


def _to_answer(session: Session, approval: Approval, *, by: User, now: datetime) -> kinds.ApprovalKind:
    kind = kinds.of(approval.kind)
    _demand_right(session, approval, kind, by=by)
    kind.lock(session, [approval])
    session.refresh(approval, with_for_update=True)
    if approval.state is not ApprovalState.WAITING:
        raise Refused(_("This request has been decided already"))
    if approval.until is not None and approval.until <= now:
        raise Refused(_("It is too late: what was asked about is over"))
    return kind


def _answer(
    session: Session,
    approval: Approval,
    state: ApprovalState,
    event: str,
    comment: str,
    *,
    by: User,
    now: datetime,
) -> None:
    approval.state, approval.decided_by_id, approval.decided_at = state, by.id, now
    approval.comment = _short(comment)
    session.flush()
    record(session, event, approval, by=by)


def _short(comment: str) -> str:
    if len(comment.strip()) > LONGEST:
        raise Invalid({"comment": _("This is longer than %(most)s characters", most=LONGEST)})
    return comment.strip()


def _each(session: Session, approvals: Sequence[Approval], answer: Callable[[Approval], None]) -> Decided:
    _lock_all(session, approvals)
    decided = Decided()
    for approval in sorted(approvals, key=lambda one: one.id):
        try:
            with session.begin_nested():
                answer(approval)
            decided.done.append(approval)
        except Invalid:
            raise
        except DomainError as no:
            decided.refused.append((approval, no.sentence))
    return decided


def _lock_all(session: Session, approvals: Sequence[Approval]) -> None:
    for name in sorted({approval.kind for approval in approvals}):
        kinds.of(name).lock(session, [approval for approval in approvals if approval.kind == name])


def _demand_right(session: Session, approval: Approval, kind: kinds.ApprovalKind, *, by: User) -> None:
    """A head of who asked, with the permission of the kind; nobody answers himself, see `by_oneself`."""
    if (
        not may(by, kind.permission)
        or not may_act_for(session, by, approval.asked_by_id)
        or _is_barred(approval, kind, by)
    ):
        raise Forbidden(_("This is decided by the head of who asked: %(who)s", who=approval.asked_by.name))


def _is_barred(approval: Approval, kind: kinds.ApprovalKind, person: User) -> bool:
    """One's own is for the head above."""
    return approval.asked_by_id == person.id and not (kind.by_oneself and person.chief_id is None)


def _demand_alone(session: Session, approval: Approval) -> None:
    others = sa.select(sa.literal(1)).where(
        col(Approval.kind) == approval.kind,
        col(Approval.subject_id) == approval.subject_id,
        col(Approval.state) == ApprovalState.WAITING,
    )
    if session.execute(others.limit(1)).first() is not None:
        raise Refused(_("Another request about the same waits already"))
