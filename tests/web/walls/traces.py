"""What a transaction changed and whether it said so: asked of the database just before the commit."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from domain.tables import metadata
from tests.web.walls.visits import Discarded

HISTORY = "event"
BESIDE_HISTORY = frozenset({"event_unrelayed", "event_seal"})
"""Written by the database and by the keeper of history about events, not about the business."""

NO_HISTORY: Mapping[str, str] = {
    "user_session": "being seen, signing in and out have events of their own; touching is not news",
    "login_throttle": "counts failures of a quarter of an hour; the log has them",
    "notice": "made from an event, and read by its own person",
    "message": "the exchange's own journal: each row is what was said, when, and what came of it",
    "received_part": "pieces of a file that is on its way in",
    "stored_file": "content under its own hash, pointed at by the message that brought it",
    "connection": "when a base was last asked and heard; switching it has no screen yet",
    "external_id": "under what number 1C knows a thing; the thing's own change is an event",
    "catalogue_entry": "what earlier files of one exchange said, for the later ones of it",
    "building_change": "which boards to draw anew: written by triggers, forgotten after a while",
    "stock_import": "how far a worker has come; every step that ends has an event of its own",
    "stock_export": "how far a worker has come; that somebody asked is an event",
    "favourite": "a person's own bookmarks",
    "showing": "who has a unit open now: forgotten in two minutes",
    "list_price": "of what a price is made: the price itself and its event are written beside it",
    "offer_document": "a PDF of what a version says already",
    "feed_fetch": "which portal fetched which file: a journal, kept for a month",
    "stage_stay": "the same as deal.moved, laid out for reports",
}
"""Tables that may change without an event, with the reason."""

TOUCHED = sa.text(
    """select relname, n_tup_ins + n_tup_upd + n_tup_del as rows from pg_stat_xact_user_tables
        where n_tup_ins + n_tup_upd + n_tup_del > 0"""
)
"""Of this connection; it may still hold what the transaction before did, so it is asked at both ends."""


@dataclass
class Trace:
    """Tables changed by transactions that were about to be committed, and how many rows of each."""

    transactions: list[Mapping[str, int]] = field(default_factory=list)

    @property
    def silent(self) -> list[str]:
        """Business tables that a transaction changed without a single event."""
        return sorted(
            {
                table
                for changed in self.transactions
                if not changed.get(HISTORY)
                for table in business(changed)
            }
        )

    @property
    def told(self) -> bool:
        return any(changed.get(HISTORY) for changed in self.transactions)

    @property
    def changed(self) -> set[str]:
        return {table for changed in self.transactions for table in business(changed)}


def business(changed: Mapping[str, int]) -> set[str]:
    return set(changed) & set(metadata.tables) - BESIDE_HISTORY - set(NO_HISTORY) - {HISTORY}


@contextmanager
def tracing() -> Iterator[Trace]:
    """Watch every session of this process, those of `visits` too."""
    trace = Trace()

    def begin(session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
        if transaction.parent is None:
            session.info["touched"] = touched(connection)

    def look(session: Session) -> None:
        if session.in_nested_transaction():
            return
        session.flush()
        changed = touched(session.connection()) - session.info["touched"]
        if changed:
            trace.transactions.append(changed)

    ends = Discarded.commit

    def look_and_end(session: Discarded) -> None:
        look(session)
        ends(session)

    sa.event.listen(Session, "after_begin", begin)
    sa.event.listen(Session, "before_commit", look)
    Discarded.commit = look_and_end  # type: ignore[method-assign]
    try:
        yield trace
    finally:
        Discarded.commit = ends  # type: ignore[method-assign]
        sa.event.remove(Session, "before_commit", look)
        sa.event.remove(Session, "after_begin", begin)


def touched(connection: sa.Connection) -> Counter[str]:
    return Counter({row.relname: row.rows for row in connection.execute(TOUCHED)})
