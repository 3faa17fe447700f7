"""Feeds at their addresses: switched on and off, and who fetched them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.events import names
from domain.kernel.db import pick
from domain.publishing.models import Feed, FeedFetch, FeedFormat

KEPT = timedelta(days=30)
SHOWN = 20


@dataclass(frozen=True)
class Fetch:
    """One answer to a portal, still to be written down."""

    format: FeedFormat
    at: datetime
    agent: str
    status: int
    size: int
    milliseconds: int


def switch(
    session: Session, format_: FeedFormat, *, enabled: bool, secret: bool, by: User, now: datetime
) -> Feed:
    """Open or close the address. With `secret` only who knows its token finds it; a token once made stays."""
    session.execute(insert(Feed).values(format=format_, enabled=False, token="").on_conflict_do_nothing())
    feed = session.exec(select(Feed).where(Feed.format == format_).with_for_update()).one()
    token = (feed.token or secrets.token_urlsafe(16)) if secret else ""
    if (feed.enabled, feed.token) != (enabled, token):
        feed.enabled, feed.token, feed.switched_at = enabled, token, now
        events.record(session, names.FEED_SWITCHED, feed, by=by, format=format_.value, enabled=enabled)
    session.flush()
    return feed


def every(session: Session) -> dict[FeedFormat, Feed]:
    return {feed.format: feed for feed in session.exec(select(Feed))}


def is_open(session: Session, format_: FeedFormat, token: str) -> bool:
    """Whether the file is at this address, with this token."""
    feed = session.exec(select(Feed).where(Feed.format == format_, col(Feed.enabled))).first()
    return feed is not None and secrets.compare_digest(feed.token.encode(), token.encode())


def note(session: Session, fetches: Iterable[Fetch]) -> None:
    """Write down who fetched what."""
    rows = [
        {"format": one.format, "at": one.at, "agent": one.agent[:200], "status": one.status,
         "size": one.size, "milliseconds": one.milliseconds}
        for one in fetches
    ]  # fmt: skip
    if rows:
        session.execute(insert(FeedFetch), rows)


def latest(session: Session, format_: FeedFormat, most: int = SHOWN) -> list[FeedFetch]:
    found = select(FeedFetch).where(FeedFetch.format == format_).order_by(col(FeedFetch.id).desc())
    return list(session.exec(found.limit(most)))


def last_of_each(session: Session) -> dict[FeedFormat, FeedFetch]:
    newest = pick(sa.func.max(FeedFetch.id)).group_by(col(FeedFetch.format))
    found = select(FeedFetch).where(col(FeedFetch.id).in_(newest))
    return {fetch.format: fetch for fetch in session.exec(found)}


def forget(session: Session, *, before: datetime) -> None:
    session.execute(sa.delete(FeedFetch).where(col(FeedFetch.at) < before))
