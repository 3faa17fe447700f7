"""Asking for a decision, taking the question back, and what ends it without an answer."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain.access.models import User
from domain.approvals import kinds
from domain.approvals.models import Approval, ApprovalState
from domain.approvals.telling import record
from domain.kernel.errors import Forbidden, Invalid, Refused
from domain.kernel.text import _

LONGEST = 500


def ask(
    session: Session,
    kind: str,
    *,
    subject_id: int,
    deal_id: int | None,
    wish: dict[str, Any],
    reason: str,
    until: datetime | None,
    by: User,
    now: datetime,
) -> Approval:
    """A question to the person's head. One waits about a subject at a time: the second is told so."""
    approval = Approval(
        kind=kinds.of(kind).name,
        subject_id=subject_id,
        deal_id=deal_id,
        asked_by_id=by.id,
        asked_at=now,
        reason=sane(reason, _("Say why: your head decides by it")),
        wish=wish,
        until=until,
    )
    try:
        with session.begin_nested():
            session.add(approval)
    except IntegrityError:
        raise Refused(_("This has been asked already and waits for an answer")) from None
    record(session, "approval.asked", approval, by=by)
    return approval


def withdraw(session: Session, approval: Approval, *, by: User, now: datetime) -> None:
    """Only one's own question, while nobody has answered."""
    _demand_own(approval, by=by)
    take_back(session, approval, by=by, now=now)


def take_back(session: Session, approval: Approval, *, by: User, now: datetime) -> None:
    """`withdraw` by whoever the subject's own rules let."""
    kind = kinds.of(approval.kind)
    kind.lock(session, [approval])
    session.refresh(approval, with_for_update=True)
    if approval.state is not ApprovalState.WAITING:
        raise Refused(_("This request has been decided already"))
    _end(approval, ApprovalState.WITHDRAWN, by=by, now=now)
    session.flush()
    kind.follow(session, approval, by, now)
    record(session, "approval.withdrawn", approval, by=by)


def lapse(session: Session, kind: str, subject_id: int, *, now: datetime) -> None:
    """What was asked about is over: whoever closes it says so, holding its lock."""
    for approval in _waiting(session, kind, subject_id):
        _end(approval, ApprovalState.LAPSED, by=None, now=now)
        session.flush()
        record(session, "approval.lapsed", approval, by=None)


def outlive(session: Session, kind: str, subject_id: int, *, until: datetime) -> None:
    """The subject lasts longer now, and so does the question about it."""
    for approval in _waiting(session, kind, subject_id):
        approval.until = until


def _waiting(session: Session, kind: str, subject_id: int) -> list[Approval]:
    about = select(Approval).where(
        Approval.kind == kind, Approval.subject_id == subject_id, Approval.state == ApprovalState.WAITING
    )
    return list(session.exec(about.with_for_update()))


def _end(approval: Approval, state: ApprovalState, *, by: User | None, now: datetime) -> None:
    approval.state, approval.decided_at = state, now
    approval.decided_by_id = by.id if by else None


def _demand_own(approval: Approval, *, by: User) -> None:
    if approval.asked_by_id != by.id:
        raise Forbidden(_("Only who asked takes the request back"))


def sane(text: str, empty: str, field: str = "reason") -> str:
    said = text.strip()
    if not said:
        raise Invalid({field: empty})
    if len(said) > LONGEST:
        raise Invalid({field: _("This is longer than %(most)s characters", most=LONGEST)})
    return said
