"""Whether history was changed: a chain of hashes over events, made after they are committed.

Every link is the hash of the one before and of an event as it was; the last one, the head, is kept outside
the database. A changed, missing, added or moved event breaks the chain at its place, a chain made anew
or cut does not contain the head that was kept. What is not seen: an event appended in the usual way.

Events are taken in the order of their transactions, and only of transactions before the horizon, which have
all ended: nothing can come in between later. Writers neither wait nor know.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.events.models import Seal

LOCK = 0x7365616C
"""Advisory lock: one sealer at a time."""
BATCH = 2_000
FETCHED_AT_ONCE = 5_000

CANONICAL = """
jsonb_build_array(
    event.id, name, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor_id,
    subject_kind, subject_id, deal_id, to_jsonb(topics), payload, event.xid)::text
"""
"""Everything an event says, the same whatever the settings of the session. It never changes: a column
that is added later goes into the links of events written from then on."""

HORIZON = sa.text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
UNSEALED = f"""
select event.id, event.xid, {CANONICAL} as canonical from event
 where not exists (select from event_seal where event_id = event.id)
"""  # noqa: S608  pieces of this module
NEXT = sa.text(
    f"""{UNSEALED}
    and (event.xid, event.id) > (:xid, :id)
    and event.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  order by event.xid, event.id limit {BATCH}"""
)
IN_ORDER = sa.text("set local enable_sort = off")
"""A batch at a time along the index, however many events one transaction left."""
BROUGHT_ALONG = sa.text(
    f"""{UNSEALED}
    and (event.xid < :horizon or event.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
  order by event.xid, event.id"""
)
"""Written here before the horizon, or elsewhere under numbers this server has not come to."""
AFTER_ALL = 2**63 - 1
ADD = sa.text(
    """insert into event_seal (position, event_id, xid, hash)
       select :first + place - 1, event_id, xid, hash
         from unnest(cast(:events as bigint[]), cast(:xids as bigint[]), cast(:hashes as bytea[]))
              with ordinality as link (event_id, xid, hash, place)"""
)
SIDE_BY_SIDE = sa.text(
    f"""select event.id, event.xid as event_xid, {CANONICAL} as canonical,
               position, event_id, event_seal.xid, hash
          from event_seal full join event on event.id = event_id
         order by position nulls last, event.xid, event.id"""  # noqa: S608  pieces of this module
)


@dataclass(frozen=True)
class Head:
    """The last link; kept elsewhere it proves that the chain still contains what it did."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Raises ValueError for anything but what `str` makes."""
        position, _, digits = text.strip().partition(":")
        head = cls(int(position), bytes.fromhex(digits))
        if len(head.hash) != hashlib.sha256().digest_size:
            raise ValueError(text)
        return head


BEGINNING = Head(0, bytes(32))


@dataclass
class Verdict:
    """What a walk along the whole chain came to."""

    events: int = 0
    waiting: int = 0
    """Written so recently that they have no link yet."""
    head: Head = BEGINNING
    wrong: list[str] = field(default_factory=list)
    """The first places where history is not what it was."""
    wrongs: int = 0

    def blame(self, sentence: str) -> None:
        self.wrongs += 1
        if len(self.wrong) < 10:
            self.wrong.append(sentence)


def head(session: Session) -> Head:
    last = _last(session)
    return Head(last.position, last.hash) if last else BEGINNING


def contains(session: Session, kept: Head) -> bool:
    """Whether the chain still has that link."""
    found = session.execute(sa.select(col(Seal.hash)).where(col(Seal.position) == kept.position))
    return kept == BEGINNING or found.scalar_one_or_none() == kept.hash


def seal(session: Session) -> int:
    """Add links for the next events that can be sealed; how many, or 0 when somebody else is at it.

    On a server that has not come to the numbers of the last link the chain first begins anew.
    """
    mine = session.execute(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))).scalar_one()
    if not mine:
        return 0
    last = _last(session)
    if last and last.xid >= session.execute(HORIZON).scalar_one():
        begin_anew(session)
        last = _last(session)
    xid, number = _place(last.xid, last.event_id) if last else (0, 0)
    session.execute(IN_ORDER)
    rows = session.execute(NEXT, {"xid": xid, "id": number}).all()
    _add(session, last, [(row.id, row.xid, _of_event(row.canonical)) for row in rows])
    return len(rows)


def begin_anew(session: Session) -> None:
    """The base has moved to another server, which numbers transactions anew: seal what came along, say so."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    horizon: int = session.execute(HORIZON).scalar_one()
    rows = session.execute(BROUGHT_ALONG, {"horizon": horizon}).all()
    links: list[tuple[int | None, int, bytes]] = [(row.id, row.xid, _of_event(row.canonical)) for row in rows]
    ended = horizon - 1
    _add(session, _last(session), [*links, (None, ended, _of_move(ended))])


def verify(session: Session, kept: Head = BEGINNING) -> Verdict:
    """Walk along the whole chain. Changes nothing; a million events take seconds."""
    verdict = Verdict()
    walk = _Walk(verdict, kept)
    for row in session.execute(SIDE_BY_SIDE, execution_options={"yield_per": FETCHED_AT_ONCE}):
        walk.step(row)
    walk.end()
    return verdict


@dataclass
class _Walk:
    verdict: Verdict
    kept: Head
    place: tuple[int, int] = (0, 0)
    """Transaction and number of the last sealed event: those after it have greater ones."""
    met_kept: bool = False

    def step(self, row: Any) -> None:
        if row.id is not None:
            self.verdict.events += 1
        if row.position is None:
            self._unsealed(row)
            return
        self._link(row)
        self.verdict.head = Head(row.position, bytes(row.hash))
        self.met_kept = self.met_kept or self.verdict.head == self.kept

    def _unsealed(self, row: Any) -> None:
        if (row.event_xid, row.id) <= self.place:
            self.verdict.blame(f"event {row.id} was slipped in")
        else:
            self.verdict.waiting += 1

    def _link(self, row: Any) -> None:
        before = self.verdict.head
        if row.position != before.position + 1:
            self.verdict.blame(f"links {before.position + 1} to {row.position - 1} are gone")
        if row.event_id is None:
            self._compare(row, before, _of_move(row.xid), "a move to another server was changed")
            self.place = _place(row.xid, None)
        elif row.id is None:
            self.verdict.blame(f"event {row.event_id} is gone")
        else:
            if row.xid != row.event_xid:
                self.verdict.blame(f"the transaction of event {row.id} was changed")
            self.place = _place(row.xid, row.event_id)
            self._compare(row, before, _of_event(row.canonical), f"event {row.id} or its link was changed")

    def _compare(self, row: Any, before: Head, content: bytes, sentence: str) -> None:
        if bytes(row.hash) != _next(before.hash, content):
            self.verdict.blame(sentence)

    def end(self) -> None:
        if self.kept != BEGINNING and not self.met_kept:
            self.verdict.blame(f"the chain does not contain the head that was kept, {self.kept}")


def _last(session: Session) -> Seal | None:
    return session.exec(select(Seal).order_by(col(Seal.position).desc()).limit(1)).first()


def _add(session: Session, last: Seal | None, links: list[Any]) -> None:
    position, digest = (last.position, last.hash) if last else (BEGINNING.position, BEGINNING.hash)
    hashes = []
    for *_, content in links:
        digest = _next(digest, content)
        hashes.append(digest)
    added = {
        "first": position + 1,
        "events": [event_id for event_id, _, _ in links],
        "xids": [xid for _, xid, _ in links],
        "hashes": hashes,
    }
    session.execute(ADD, added)


def _place(xid: int, event_id: int | None) -> tuple[int, int]:
    return xid, AFTER_ALL if event_id is None else event_id


def _next(before: bytes, content: bytes) -> bytes:
    return hashlib.sha256(before + content).digest()


def _of_event(canonical: str) -> bytes:
    return b"event " + canonical.encode()


def _of_move(xid: int) -> bytes:
    return b"move %d" % xid
