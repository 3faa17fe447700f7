"""The line of a unit: who waits, in which order. Every change is made under the lock of the unit's row."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain import events
from domain.access.models import User
from domain.access.policy import Permission, may, rows_of
from domain.estate.claims import deal_topics
from domain.estate.models import Unit
from domain.estate.waiting.models import Waiting, WaitingState
from domain.kernel import formats
from domain.kernel.db import UNIT, kept, pick
from domain.kernel.errors import Missing, Refused
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1
LONGEST_REASON = 300

OpenDeals = Callable[[Session, Collection[int]], dict[int, int]]
open_deals: list[OpenDeals] = []
"""Filled from above: which of these deals are open, and who is responsible for each."""


class NotTheirTurn(Refused):
    """The unit is free, but somebody waits for it. `first` is who."""

    def __init__(self, unit: Unit, first: Waiting, *, now: datetime) -> None:
        self.first = first
        super().__init__(
            _(
                "Unit %(number)s has a waiting list; the first is %(who)s, since %(when)s",
                number=unit.number,
                who=first.who.name,
                when=formats.told(first.since, now=now),
            )
        )


def line(session: Session, unit_id: int) -> list[Waiting]:
    """Everyone in the line of the unit, in order, as it is now; who is offered it stands first."""
    return list(session.exec(_line(), params={"unit": unit_id}).all())


@kept
def _line() -> SelectOfScalar[Waiting]:
    who: Any = Waiting.who
    return (
        select(Waiting)
        .join(who)
        .where(col(Waiting.unit_id) == UNIT, col(Waiting.left_at).is_(None))
        .order_by(col(Waiting.state) != WaitingState.OFFERED, col(Waiting.place), col(Waiting.id))
        .options(contains_eager(who))
        .execution_options(populate_existing=True)
    )


def first_of(session: Session, unit_id: int) -> tuple[Waiting, int] | None:
    """Who is to be asked next and who answers for the deal: deals that are on hold keep their places."""
    standing = [one for one in line(session, unit_id) if one.state is WaitingState.WAITING]
    if not standing:
        return None
    answering = answering_for(session, [one.deal_id for one in standing])
    return next(((one, answering[one.deal_id]) for one in standing if one.deal_id in answering), None)


def answering_for(session: Session, deal_ids: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for known in open_deals:
        found |= known(session, deal_ids)
    return found


def get_waiting(session: Session, user: User, waiting_id: int) -> Waiting:
    """A place in a line is seen by everyone who sees the unit; one that is over, only by its makers."""
    known = may(user, Permission.ESTATE_SEE) and 0 < waiting_id <= LARGEST_ID
    shown = sa.or_(col(Waiting.left_at).is_(None), rows_of(user, col(Waiting.who_id)))
    found = session.exec(select(Waiting).where(Waiting.id == waiting_id, shown)).first() if known else None
    if found is None:
        raise Missing(_("There is no such place in a waiting list"))
    return found


def give_up(
    session: Session, one: Waiting, state: WaitingState, name: str, *, by: User | None, now: datetime
) -> None:
    """Out of the line. The caller holds the unit."""
    one.state, one.left_at = state, now
    session.flush()
    record(session, name, one, by=by)


def record(session: Session, name: str, one: Waiting, *, by: User | None, **payload: Any) -> None:
    topics = {f"unit-{one.unit_id}", f"deal-{one.deal_id}"}
    for of in deal_topics:
        topics.update(of(session, one.deal_id))
    number = session.execute(pick(Unit.number).where(col(Unit.id) == one.unit_id)).scalar_one()
    events.record(
        session,
        name,
        one,
        by=by,
        deal=one.deal_id,
        topics=topics,
        unit=one.unit_id,
        number=number,
        place=one.place,
        **payload,
    )


def reason_of(text: str) -> str:
    """What the head says why; without it nobody is passed over."""
    told = text.strip()
    if not told:
        raise Refused(_("Say why: those who wait will read it"))
    return told[:LONGEST_REASON]
