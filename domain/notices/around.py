"""What every page tells the person it is drawn for, asked in one statement."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from domain import approvals, events
from domain.access.models import Role, User
from domain.access.policy import Permission, Viewer, may
from domain.exchange import monitor
from domain.kernel.db import ask, kept, pick
from domain.notices import inbox


class Around(NamedTuple):
    horizon: int
    """Where this page's view of the world ends, see `events.horizon`."""
    unread: int
    """Notices, counted to `inbox.MOST_COUNTED`."""
    waiting: int
    """Requests that wait for this person's answer."""
    trouble: bool
    """A message of the exchange waits for a person, and this one may do something about it."""


def around(session: Session, user: User, *, now: datetime) -> Around:
    mine = approvals.kinds_for(user) if may(user, Permission.APPROVALS_DECIDE) else None
    asked = _asked(user.role, mine, may(user, Permission.EXCHANGE_SEE))
    return Around(*ask(session, asked, {"viewer": user.id, "now": now}).one())


@kept
def _asked(role: Role, mine: approvals.Mine | None, sees_exchange: bool) -> sa.Select[Any]:
    """Kept for everyone of a role: building it costs several times more than asking it."""
    viewer, now = Viewer(role), sa.bindparam("now", type_=sa.DateTime(timezone=True))
    waiting = approvals.waiting(viewer, mine, now=now) if mine else pick(sa.literal(0))
    trouble = sa.exists(monitor.dead()) if sees_exchange else sa.false()
    return pick(
        sa.literal_column(events.HORIZON),
        inbox.unread(viewer).scalar_subquery(),
        waiting.scalar_subquery(),
        trouble,
    )
