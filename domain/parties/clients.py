"""Clients as managers meet them: by a name and a phone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.access.policy import rows_of
from domain.kernel import phones
from domain.kernel.db import pick
from domain.kernel.errors import Invalid, Missing, Refused
from domain.kernel.seeking import by_phone, has_phone
from domain.kernel.text import _
from domain.parties.models import Person

LONGEST_NAME = 200
MOST_SIMILAR = 5


@dataclass(frozen=True)
class Similar:
    """A client who may be the one being typed. `id` is None when it is a colleague's: only that is told."""

    id: int | None
    name: str
    phone: str | None
    owner: str


def find_or_add_person(
    session: Session, *, name: str, phone: str, by: User, now: datetime, responsible: User | None = None
) -> Person:
    """The person with this phone, or a new one under `by`.

    Raises Invalid at the field, Refused when the client is a colleague's: one family, one manager.
    """
    number = phones.normalise(phone)
    known = (
        session.exec(select(Person).where(Person.phone == number).order_by(col(Person.id))).first()
        if number
        else None
    )
    if known is not None:
        _demand_own(session, known, by=by)
        return known
    return add_person(session, name=name, phone=number, by=by, now=now, responsible=responsible)


def add_person(
    session: Session,
    *,
    name: str,
    phone: str | None,
    by: User,
    now: datetime,
    responsible: User | None = None,
) -> Person:
    bare = " ".join(name.split())
    if not bare:
        raise Invalid({"client": _("How should the client be called?")})
    if len(bare) > LONGEST_NAME:
        raise Invalid({"client": _("The name is longer than %(most)s characters", most=LONGEST_NAME)})
    person = Person(name=bare, phone=phone, responsible_id=(responsible or by).id, created_at=now)
    session.add(person)
    session.flush()
    events.record(session, "person.added", person, by=by, client=person.id)
    return person


def similar(session: Session, user: User, *, name: str = "", phone: str = "") -> list[Similar]:
    """Clients of the whole company that look like this one; details only of those the person may see."""
    digits = "".join(filter(str.isdigit, phone))
    digits = digits[1:] if digits[:1] in {"7", "8"} else digits  # stored with +7, typed with 8
    likely = []
    if len(digits) >= 5:
        likely += has_phone(col(Person.phone), by_phone(digits))
    if len(name.strip()) >= 3:
        likely.append(sa.func.lower(Person.name).startswith(name.strip().lower(), autoescape=True))
    if not likely:
        return []
    own = rows_of(user, col(Person.responsible_id))
    found = (
        pick(Person.id, Person.name, Person.phone, User.name, own.label("own"))
        .join(User, col(User.id) == Person.responsible_id)
        .where(sa.or_(*likely))
        .order_by(sa.desc("own"), Person.name)
        .limit(MOST_SIMILAR)
    )
    return [
        Similar(id_, name, number, owner) if mine else Similar(None, "", None, owner)
        for id_, name, number, owner, mine in session.execute(found)
    ]


def get_person(session: Session, user: User, person_id: int) -> Person:
    """The person, or Missing: somebody else's client and nobody at all look the same."""
    visible = select(Person).where(Person.id == person_id, rows_of(user, col(Person.responsible_id)))
    person = session.exec(visible).first() if 0 < person_id < 2**63 else None
    if person is None:
        raise Missing(_("There is no such client, or they are not yours"))
    return person


def _demand_own(session: Session, person: Person, *, by: User) -> None:
    mine = pick(col(Person.id)).where(col(Person.id) == person.id, rows_of(by, col(Person.responsible_id)))
    if session.execute(mine).first() is None:
        raise Refused(
            _("The client with this phone is already with %(who)s", who=person.responsible.name),
            (_("Ask them or your head to hand the client over"),),
        )
