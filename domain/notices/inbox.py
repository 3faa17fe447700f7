"""A person's bell: what concerns them, told in words, read when looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access import Permission, User, may
from domain.access.policy import Viewer
from domain.deals.timeline import tell
from domain.deals.told import Told
from domain.events import Event
from domain.kernel.db import pick
from domain.kernel.text import _
from domain.notices.models import Notice

REQUESTS: dict[str, Callable[[], str]] = {
    "lead.received": lambda: _("A new request from the site"),
    "lead.handed": lambda: _("A request of your client was handed to you"),
}
MOST_COUNTED = 100
"""The bell says 99+ above it; counting further would only cost."""
PAGE = 50


@dataclass(frozen=True)
class Line:
    id: int
    at: datetime
    told: Told
    who: str | None
    href: str
    unread: bool


def unread_count(session: Session, user: User) -> int:
    return session.execute(unread(user)).scalar_one()


def unread(viewer: User | Viewer) -> sa.Select[Any]:
    """How many notices this person has not looked at, counted to MOST_COUNTED."""
    new = pick(Notice.id).where(col(Notice.user_id) == viewer.id, col(Notice.read_at).is_(None))
    return pick(sa.func.count()).select_from(new.limit(MOST_COUNTED).subquery())


def inbox(session: Session, user: User, *, now: datetime) -> list[Line]:
    """The newest notices, each leading to the place where something can be done about it."""
    rows: Any = (
        pick(Notice.id, Notice.read_at, Event, User.name)
        .join(Event, col(Event.id) == Notice.event_id)
        .outerjoin(User, col(User.id) == Event.actor_id)
        .where(col(Notice.user_id) == user.id)
        .order_by(col(Notice.id).desc())
        .limit(PAGE)
    )
    return [
        Line(number, event.at, _told(event, now), who, _place(event, user), read_at is None)
        for number, read_at, event, who in session.execute(rows)
    ]


def read_all(session: Session, user: User, *, now: datetime) -> None:
    unread = sa.update(Notice).where(col(Notice.user_id) == user.id, col(Notice.read_at).is_(None))
    session.execute(unread.values(read_at=now))
    events.announce(session, f"user-{user.id}")


def _told(event: Event, now: datetime) -> Told:
    if event.name == "exchange.message_dead":
        return Told(
            _("The exchange needs a person"), event.payload.get("error", ""), "arrow-left-right", "bad"
        )
    if event.name in REQUESTS:
        return Told(REQUESTS[event.name](), event.payload.get("about", ""), "inbox", "acc")
    return tell(event.name, event.payload, now=now)


def _place(event: Event, user: User) -> str:
    """Where to go about it; home for somebody whose role has no such place any more."""
    if event.name == "exchange.message_dead" and may(user, Permission.EXCHANGE_SEE):
        return f"/exchange/messages/{event.subject_id}"
    if event.name == "approval.asked" and may(user, Permission.APPROVALS_SEE):
        return f"/approvals/{event.subject_id}"
    if event.name in REQUESTS and may(user, Permission.LEADS_SEE):
        return "/leads"
    return f"/deals/{event.deal_id}" if event.deal_id and may(user, Permission.DEALS_SEE) else "/"
