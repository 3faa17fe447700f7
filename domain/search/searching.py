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
from domain.kernel.db import kept, pick
from domain.kernel.seeking import answering, by_index, has_words, parameters, some, sought
from domain.parties.models import Company, Person
from domain.parties.register import matching

MOST = 8
SHORTEST = 2


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
    """Four questions at most, each inside what the person may see. Fewer than two letters find nothing."""
    bare = " ".join(q.replace("\0", "").split())[:100]
    if len(bare) < SHORTEST and not bare.isdigit():
        return Found([], [], [])
    by_index(session)
    return Found(
        deals=_deals(session, user, bare) if may(user, Permission.DEALS_SEE) else [],
        clients=_clients(session, user, bare) if may(user, Permission.CLIENTS_SEE) else [],
        units=_units(session, bare) if may(user, Permission.ESTATE_SEE) else [],
    )


def _deals(session: Session, user: User, q: str) -> list[Hit]:
    asked, number = sought(q), _number(q)
    rows = session.execute(
        _found_deals(user.role, frozenset(asked.values), number is not None),
        {"viewer": user.id, "number": number} | asked.values,
    )
    return [Hit(f"/deals/{id_}", f"№ {id_} · {title}", stage) for id_, title, stage in rows]


@kept
def _found_deals(role: Role, parts: frozenset[str], by_number: bool) -> sa.Select[Any]:
    """The latest that answer by title or client, each way on its own index, and the one of that number."""
    viewer, asked = Viewer(role), parameters(parts)
    seen = rows_of(viewer, col(Deal.responsible_id))
    people, companies = (some(pick(col(kind.id)).where(*matching(kind, asked))) for kind in (Person, Company))
    mine = pick(col(Deal.id)).where(seen)
    titled = answering(pick(Deal.id, Deal.responsible_id), has_words(Deal.title, asked.words))
    ways = [
        some(pick(titled.c.id).where(rows_of(viewer, titled.c.responsible_id))),
        mine.where(col(Deal.person_id).in_(people)),
        mine.where(col(Deal.company_id).in_(companies)),
    ]
    if by_number:
        ways.append(mine.where(col(Deal.id) == sa.bindparam("number", type_=sa.BigInteger)))
    every = sa.union(*(pick(way.subquery().c.id) for way in ways)).subquery()
    found = pick(every.c.id).order_by(every.c.id.desc()).limit(MOST).subquery()
    return (
        pick(Deal.id, Deal.title, Stage.name)
        .join(found, found.c.id == Deal.id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .order_by(col(Deal.id).desc())
    )


def _number(q: str) -> int | None:
    number = q.lstrip("№ ")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def _clients(session: Session, user: User, q: str) -> list[Hit]:
    """Some who answer, by name."""
    asked = sought(q)
    hits: list[Hit] = []
    for kind, place in ((Person, "people"), (Company, "companies")):
        statement = _found_clients(kind, user.role, frozenset(asked.values))
        found = session.execute(statement, {"viewer": user.id} | asked.values)
        hits += [
            Hit(f"/{place}/{id_}", name, _known_by(phone, inn))
            for id_, name, phone, inn in sorted(found, key=lambda row: row.name.lower())
        ]
    return hits


@kept
def _found_clients(kind: type[Person] | type[Company], role: Role, parts: frozenset[str]) -> sa.Select[Any]:
    columns = pick(kind.id, kind.name, kind.phone, kind.inn, kind.responsible_id)
    told = answering(columns, *matching(kind, parameters(parts)))
    mine = rows_of(Viewer(role), told.c.responsible_id)
    return pick(told.c.id, told.c.name, told.c.phone, told.c.inn).where(mine).limit(MOST)


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
