"""Finding deals, clients and units by what people remember: a number, a name, a phone, an ИНН."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access import Permission, Role, User, may, rows_of
from domain.access.policy import Viewer
from domain.deals.models import Deal, Stage
from domain.estate.models import Building, Floor, Section, Unit
from domain.kernel import formats
from domain.kernel.db import ask, kept, pick
from domain.kernel.seeking import (
    MOST_LOOKED_AT,
    Sought,
    answering,
    by_index,
    has_words,
    parameters,
    some,
    sought,
)
from domain.parties.models import Company, Person
from domain.parties.register import matching

MOST = 8
SHORTEST = 2
KINDS: tuple[Any, ...] = (Deal, Person, Company)
"""What a row of the one question tells of, by number; those after the first are clients."""


@dataclass(frozen=True)
class Hit:
    href: str
    title: str
    detail: str


@dataclass(frozen=True)
class Found:
    deals: list[Hit]
    clients: list[Hit]
    units: list[Hit]

    def __bool__(self) -> bool:
        return bool(self.deals or self.clients or self.units)


def search(session: Session, user: User, q: str) -> Found:
    """What answers of what the person may see, a few of each kind. Fewer than two letters find nothing."""
    bare = " ".join(q.replace("\0", "").split())[:100]
    if len(bare) < SHORTEST and not bare.isdigit():
        return Found([], [], [])
    by_index(session)
    told = _told(session, user, bare)
    return Found(
        deals=_deals(told[Deal]),
        clients=[*_clients(told[Person], "people"), *_clients(told[Company], "companies")],
        units=_units(session, bare) if may(user, Permission.ESTATE_SEE) else [],
    )


def _told(session: Session, user: User, q: str) -> dict[type, list[Any]]:
    """Deals and clients, in one question; a second one for a client with a name that thousands have."""
    asked, number = sought(q), _number(q)
    parts = frozenset(asked.values)
    sees_deals, sees_clients = may(user, Permission.DEALS_SEE), may(user, Permission.CLIENTS_SEE)
    values = {"viewer": user.id, "number": number} | asked.values
    told: dict[type, list[Any]] = {Deal: [], Person: [], Company: []}
    looked_at: dict[type, int] = {}
    if not (sees_deals or sees_clients):
        return told
    answers = _answers(user.role, parts, sees_deals and number is not None, sees_deals, sees_clients)
    for row in ask(session, answers, values).all():
        if row.title is None:
            looked_at[KINDS[row.kind]] = row.id
        else:
            told[KINDS[row.kind]].append(row)
    for kind, looked in looked_at.items():
        if looked == MOST_LOOKED_AT and len(told[kind]) < MOST:
            told[kind] = list(ask(session, _every_client(kind, user.role, parts), values))
    return told


@kept
def _answers(
    role: Role, parts: frozenset[str], by_number: bool, sees_deals: bool, sees_clients: bool
) -> sa.Select[Any]:
    """Rows of KINDS: the number, a title, and what is told beside it; a row without a title counts the
    clients that were looked at.

    The clients that answer are looked up once, for themselves and for their deals.
    """
    viewer, asked = Viewer(role), parameters(parts)
    clients: dict[type, Any] = {
        kind: some(_client(kind).where(*matching(kind, asked))).cte(f"answering_{place}")
        for place, kind in enumerate(KINDS[1:])
    }
    rows = [_deal_rows(viewer, asked, clients, by_number)] if sees_deals else []
    for kind, found in clients.items() if sees_clients else ():
        mine = rows_of(viewer, found.c.responsible_id)
        rows.append(_row(kind, found.c.id, found.c.name, found.c.phone, found.c.inn).where(mine).limit(MOST))
        rows.append(_row(kind, sa.func.count(), None, None, None).select_from(found))
    first, *others = (sa.select(row.subquery()) for row in rows)
    return sa.select(first.union_all(*others).subquery())


def _row(kind: Any, number: Any, title: Any, first: Any, second: Any) -> sa.Select[Any]:
    """All of one shape, whatever they tell of."""
    given = {"title": title, "first": first, "second": second}
    return pick(
        sa.literal_column(str(KINDS.index(kind)), sa.Integer).label("kind"),
        sa.cast(number, sa.BigInteger).label("id"),
        *(sa.cast(told, sa.String).label(name) for name, told in given.items()),
    )


def _deal_rows(viewer: Viewer, asked: Sought, clients: dict[type, Any], by_number: bool) -> sa.Select[Any]:
    """The latest that answer by title or client, each way on its own index, and the one of that number."""
    mine = pick(col(Deal.id)).where(rows_of(viewer, col(Deal.responsible_id)))
    titled = answering(pick(Deal.id, Deal.responsible_id), has_words(Deal.title, asked.words))
    ways = [
        some(pick(titled.c.id).where(rows_of(viewer, titled.c.responsible_id))),
        mine.where(col(Deal.person_id).in_(pick(clients[Person].c.id))),
        mine.where(col(Deal.company_id).in_(pick(clients[Company].c.id))),
    ]
    if by_number:
        ways.append(mine.where(col(Deal.id) == sa.bindparam("number", type_=sa.BigInteger)))
    every = sa.union(*(pick(way.subquery().c.id) for way in ways)).subquery()
    found = pick(every.c.id).order_by(every.c.id.desc()).limit(MOST).subquery()
    return (
        _row(Deal, Deal.id, Deal.title, Stage.name, None)
        .join(found, found.c.id == Deal.id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
    )


def _client(kind: type[Person] | type[Company]) -> sa.Select[Any]:
    return pick(kind.id, kind.name, kind.phone, kind.inn, kind.responsible_id)


def _number(q: str) -> int | None:
    number = q.lstrip("№ ")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


@kept
def _every_client(kind: type[Person] | type[Company], role: Role, parts: frozenset[str]) -> sa.Select[Any]:
    """Some of the person's own among all that answer, however many."""
    told = answering(_client(kind), *matching(kind, parameters(parts)))
    mine = rows_of(Viewer(role), told.c.responsible_id)
    return _row(kind, told.c.id, told.c.name, told.c.phone, told.c.inn).where(mine).limit(MOST)


def _deals(rows: list[Any]) -> list[Hit]:
    """The latest first."""
    latest = sorted(rows, key=lambda row: row.id, reverse=True)
    return [Hit(f"/deals/{row.id}", f"№ {row.id} · {row.title}", row.first) for row in latest]


def _clients(rows: list[Any], place: str) -> list[Hit]:
    """By name."""
    by_name = sorted(rows, key=lambda row: row.title.lower())
    return [Hit(f"/{place}/{row.id}", row.title, _known_by(row.first, row.second)) for row in by_name]


def _known_by(phone: str | None, inn: str | None) -> str:
    return formats.phone(phone) if phone else formats.inn(inn) if inn else ""


def _units(session: Session, q: str) -> list[Hit]:
    number = q.lstrip("№ ")
    if not number or len(number) > 20 or not any(letter.isdigit() for letter in number):
        return []
    rows: Any = (
        pick(Unit.id, Unit.number, Building.name)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(col(Unit.number) == number)
        .order_by(col(Building.id), col(Unit.id))
        .limit(MOST)
    )
    return [Hit(f"/units/{id_}", f"№ {told}", building) for id_, told, building in session.execute(rows)]
