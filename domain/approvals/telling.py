"""Writing down what became of a request, and whose screens follow it."""

from collections.abc import Iterable

from sqlmodel import Session

from domain import events
from domain.access.chiefs import above
from domain.access.models import User
from domain.approvals.models import Approval


def record(
    session: Session, name: str, approval: Approval, *, by: User | None, topics: Iterable[str] = ()
) -> None:
    """The event: on the deal's timeline and on the screens of who asked and who may answer."""
    people = [approval.asked_by_id, *(chief.id for chief in above(session, approval.asked_by))]
    events.record(
        session,
        name,
        approval,
        by=by,
        deal=approval.deal_id,
        topics={
            *topics,
            *(f"user-{number}" for number in people),
            *([f"deal-{approval.deal_id}"] if approval.deal_id else []),
        },
        kind=approval.kind,
        wish=approval.wish,
        reason=approval.reason,
        comment=approval.comment,
    )
