"""Ways to change history behind the application's back, as somebody who may do anything in the database.

A way is listed by `@way`; every column of an event is a way of its own, so that a new column is under
attack the day it is born. Each gets the numbers of sealed events and a source of chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Session

from domain.events import sealing
from domain.events.models import Event, Seal


@dataclass
class Victim:
    """History as the intruder finds it."""

    session: Session
    ids: Sequence[int]
    random: Random

    def one(self) -> int:
        return self.random.choice(self.ids)

    def do(self, statement: str, **given: Any) -> int:
        done = self.session.connection().execute(sa.text(statement), given)
        return int(done.rowcount)

    def ask(self, statement: str, **given: Any) -> Any:
        return self.session.connection().execute(sa.text(statement), given).scalar_one()

    def link(self) -> int:
        return int(self.random.randint(1, self.ask("select max(position) from event_seal")))


Way = Callable[[Victim], None]
WAYS: dict[str, Way] = {}


def way(does: Way) -> Way:
    WAYS[does.__name__.replace("_", " ")] = does
    return does


OTHERWISE: dict[type, str] = {
    ARRAY: "array_append({0}, 'x')",
    JSONB: "{0} || jsonb_build_object('amount', :chance)",
    sa.String: "overlay({0} placing 'x' from length({0}))",
    sa.DateTime: "{0} + :chance * interval '1 microsecond'",
    sa.Integer: "coalesce({0}, 0) + :chance",
}
"""A value that differs a little, for every type a column of an event has."""


def changing(column: sa.Column[Any]) -> Way:
    other = next(text for kind, text in OTHERWISE.items() if isinstance(column.type, kind))

    def change(victim: Victim) -> None:
        asked = {"id": victim.one(), "chance": victim.random.randint(1, 10**6)}
        other_value = other.format(column.name)
        assert victim.do(
            f"update event set {column.name} = {other_value} where id = :id and :chance > 0", **asked
        )

    return change


for each in Event.__table__.columns:  # type: ignore[attr-defined]
    WAYS[f"{each.name} of an event changed"] = changing(each)
for each in Seal.__table__.columns:  # type: ignore[attr-defined]
    if isinstance(each.type, sa.Integer):
        WAYS[f"{each.name} of a link changed"] = lambda victim, name=each.name: victim.do(  # type: ignore[misc]
            f"update event_seal set {name} = {name} + 1000000 where position = :at", at=victim.link()
        )


@way
def something_said_made_to_be_unsaid(victim: Victim) -> None:
    victim.do("update event set payload = '{}', actor_id = null where id = :id", id=victim.one())


@way
def an_event_removed(victim: Victim) -> None:
    victim.do("delete from event where id = :id", id=victim.one())


@way
def an_event_removed_with_its_link(victim: Victim) -> None:
    id_ = victim.one()
    victim.do("delete from event where id = :id", id=id_)
    victim.do("delete from event_seal where event_id = :id", id=id_)


@way
def an_event_removed_and_the_gap_closed(victim: Victim) -> None:
    id_ = victim.one()
    place = victim.ask("select position from event_seal where event_id = :id", id=id_)
    an_event_removed_with_its_link(Victim(victim.session, [id_], victim.random))
    victim.do("update event_seal set position = -position where position > :place", place=place)
    victim.do("update event_seal set position = -position - 1 where position < 0")


FORGED = """
insert into event (id, name, actor_id, subject_kind, subject_id, deal_id, topics, payload, xid, at)
select (select max(id) + :far from event), name, actor_id, subject_kind, subject_id, deal_id, topics,
       jsonb_build_object('forged', true), xid, at from event where id = :id
"""


@way
def an_event_slipped_in(victim: Victim) -> None:
    """Into the transaction of another one that is not the last."""
    victim.do(FORGED, id=victim.random.choice(victim.ids[:-30]), far=victim.random.randint(1, 999))


@way
def an_event_slipped_in_with_a_link(victim: Victim) -> None:
    an_event_slipped_in(victim)
    place = victim.random.randint(1, len(victim.ids) - 1)
    victim.do("update event_seal set position = -position where position >= :place", place=place)
    victim.do("update event_seal set position = -position + 1 where position < 0")
    victim.do(
        """insert into event_seal (position, event_id, xid, hash)
           select :place, id, xid, sha256('forged') from event order by id desc limit 1""",
        place=place,
    )


@way
def two_events_swapped(victim: Victim) -> None:
    one, other = victim.random.sample(list(victim.ids), 2)
    victim.do("update event set id = -1 where id = :one", one=one)
    victim.do("update event set id = :one where id = :other", one=one, other=other)
    victim.do("update event set id = :other where id = -1", other=other)


@way
def two_links_swapped(victim: Victim) -> None:
    one = victim.random.randint(1, len(victim.ids) - 1)
    victim.do("update event_seal set position = -1 where position = :one", one=one)
    victim.do("update event_seal set position = :one where position = :one + 1", one=one)
    victim.do("update event_seal set position = :one + 1 where position = -1", one=one)


@way
def a_hash_changed(victim: Victim) -> None:
    at = victim.random.randint(0, 31)
    victim.do(
        """update event_seal set hash = set_byte(hash, :at, (get_byte(hash, :at) + 1) % 256)
            where position = :link""",
        at=at,
        link=victim.link(),
    )


@way
def the_tail_cut(victim: Victim) -> None:
    """Both tables end earlier, as if the last things had never happened."""
    rest = victim.ids[-victim.random.randint(1, len(victim.ids)) :]
    victim.do("delete from event where id = any(:ids)", ids=list(rest))
    victim.do("delete from event_seal where event_id = any(:ids)", ids=list(rest))


@way
def all_links_thrown_away(victim: Victim) -> None:
    victim.do("delete from event_seal")


@way
def an_event_changed_and_the_chain_made_anew_after_it(victim: Victim) -> None:
    """By somebody who knows how, but not where the head is kept."""
    victim.do("update event set payload = '{}', name = 'unit.booked' where id = :id", id=victim.one())
    victim.do("delete from event_seal")
    rows = victim.session.execute(sa.text(f"{sealing.UNSEALED} order by event.xid, event.id")).all()
    sealing._add(victim.session, None, [(r.id, r.xid, sealing._of_event(r.canonical)) for r in rows])
    victim.session.flush()


@way
def an_event_removed_and_the_chain_made_anew(victim: Victim) -> None:
    an_event_removed_with_its_link(victim)
    rest = Victim(victim.session, [id_ for id_ in victim.ids if id_ in _there(victim)], victim.random)
    an_event_changed_and_the_chain_made_anew_after_it(rest)


def _there(victim: Victim) -> set[int]:
    return set(victim.session.execute(sa.text("select id from event")).scalars())
