"""What people say to each other about a deal."""

from datetime import datetime

from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.activities.models import Comment
from domain.activities.planning import Discussed
from domain.kernel.errors import Invalid
from domain.kernel.text import _

LONGEST = 5000


def comment(session: Session, deal: Discussed, *, text: str, by: User, now: datetime) -> Comment:
    said = text.strip()
    if not said:
        raise Invalid({"text": _("There is nothing to send yet: write a few words")})
    if len(said) > LONGEST:
        raise Invalid({"text": _("The comment is longer than %(most)s characters", most=LONGEST)})
    told = Comment(deal_id=deal.id, author_id=by.id, text=said, created_at=now)
    session.add(told)
    session.flush()
    events.record(
        session,
        "deal.commented",
        told,
        by=by,
        deal=deal.id,
        topics=[f"deal-{deal.id}"],
        text=said,
    )
    return told
