"""A unit's waiting list as a person may see it: everybody's names, but clients only of visible deals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import Role, User
from domain.access.policy import Permission, Viewer, may, rows_of
from domain.deals.models import Deal, Stage, StageKind
from domain.estate.models import Building, Floor, Section, Unit
from domain.estate.waiting import Waiting, WaitingState
from domain.kernel.db import UNIT, kept, pick
from domain.parties.models import Company, Person

MOST = 200


@dataclass(frozen=True)
class Standing:
    """A place in the line."""

    id: int
    who: str
    since: datetime
    offered: bool
    answer_until: datetime | None
    asleep: bool
    """The deal is not open now: the place stays, the offer goes to the next."""
    deal_id: int | None
    client: str | None
    mine: bool
    """Whether this person may give the place up."""


def standing(session: Session, user: User, unit_id: int) -> list[Standing]:
    """The line of a unit, in order; one query."""
    told = _standing(user.role, may(user, Permission.ESTATE_BOOK))
    return [Standing(*row) for row in session.execute(told, {"unit": unit_id, "viewer": user.id})]


@kept
def _standing(role: Role, books: bool) -> sa.Select[Any]:
    viewer = Viewer(role)
    seen = rows_of(viewer, col(Deal.responsible_id))
    mine = rows_of(viewer, col(Waiting.who_id)) if books else sa.false()
    client = sa.func.coalesce(col(Person.name), col(Company.name))
    return (
        pick(
            Waiting.id, User.name, Waiting.since, col(Waiting.state) == WaitingState.OFFERED,
            Waiting.answer_until, col(Stage.kind) != StageKind.OPEN, sa.case((seen, col(Deal.id))),
            sa.case((seen, client)), mine,
        )
        .join(User, col(User.id) == Waiting.who_id)
        .join(Deal, col(Deal.id) == Waiting.deal_id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .outerjoin(Person, col(Person.id) == Deal.person_id)
        .outerjoin(Company, col(Company.id) == Deal.company_id)
        .where(col(Waiting.unit_id) == UNIT, col(Waiting.left_at).is_(None))
        .order_by(col(Waiting.state) != WaitingState.OFFERED, col(Waiting.place), col(Waiting.id))
    )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One of a person's places, over all units."""

    id: int
    unit_id: int
    number: str
    building: str
    deal_id: int
    client: str
    who: str
    since: datetime
    offered: bool
    answer_until: datetime | None
    booking_id: int | None
    ahead: int


def places(session: Session, user: User) -> list[Place]:
    """Where one's own deals and those of one's people stand; what waits for an answer first."""
    ranks = (
        pick(
            col(Waiting.id),
            sa.func.row_number()
            .over(
                partition_by=col(Waiting.unit_id),
                order_by=[col(Waiting.state) != WaitingState.OFFERED, col(Waiting.place), col(Waiting.id)],
            )
            .label("rank"),
        )
        .where(col(Waiting.left_at).is_(None))
        .subquery("ranked")
    )
    rows: Any = (
        pick(
            Waiting.id, Unit.id, Unit.number, Building.name, Deal.id,
            sa.func.coalesce(col(Person.name), col(Company.name)), User.name, Waiting.since,
            col(Waiting.state) == WaitingState.OFFERED, Waiting.answer_until, Waiting.booking_id,
            ranks.c.rank - 1,
        )
        .join(ranks, ranks.c.id == Waiting.id)
        .join(User, col(User.id) == Waiting.who_id)
        .join(Unit, col(Unit.id) == Waiting.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Deal, col(Deal.id) == Waiting.deal_id)
        .outerjoin(Person, col(Person.id) == Deal.person_id)
        .outerjoin(Company, col(Company.id) == Deal.company_id)
        .where(rows_of(user, col(Deal.responsible_id)))
        .order_by(col(Waiting.state) != WaitingState.OFFERED, ranks.c.rank, col(Waiting.id))
        .limit(MOST)
    )  # fmt: skip
    return [Place(*row) for row in session.execute(rows)]
