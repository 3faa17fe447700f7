"""Whom the walls are tried as: nobody, a dismissed person, and somebody of every role there is."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from domain import deals, estate, files, offers
from domain.access import Role, User, UserSession, sessions
from domain.activities import plan
from domain.estate import waiting
from domain.estate.selecting import selections
from domain.exchange.models import Connection, ConnectionKind, Direction, Message
from domain.kernel import clock
from domain.kernel.settings import settings
from domain.offers import links
from domain.parties.models import Person
from jobs import work
from tests.web.walls.belongings import drawn

NOBODY, DISMISSED = "nobody", "dismissed"
PEOPLE: Sequence[str] = (NOBODY, DISMISSED, *(role.value for role in Role))
ENOUGH_IDS = 6


@dataclass(frozen=True)
class Passport:
    token: str
    csrf: str


def of_role(session: Session, role: Role) -> User:
    """The first of that role by login (Anna is the manager); a role nobody has yet gets a person."""
    found = session.exec(select(User).where(User.role == role).order_by(User.login)).first()
    if found is None:
        session.add(found := User(login=role.value, name=role.value, password_hash="-", role=role))
        session.flush()
    return found


def passport(who: str) -> Passport | None:
    """A new open session, also of those whom the sign-in form would not let in."""
    if who == NOBODY:
        return None
    now = clock.now()
    with work.unit_of_work() as session:
        if who == DISMISSED:
            person = session.exec(select(User).where(User.login == "stas")).one()
            person.disabled_at = now
        else:
            person = of_role(session, Role(who))
        return issue(session, person)


def issue(session: Session, person: User) -> Passport:
    now, token = clock.now(), secrets.token_urlsafe(32)
    fresh = UserSession(
        token_hash=sessions.fingerprint(token),
        user_id=person.id,
        created_at=now,
        seen_at=now,
        expires_at=now + sessions.LONGEST,
        address="127.0.0.1",
    )
    session.add(fresh)
    return Passport(token, sessions.csrf_token(settings().secret, fresh.token_hash))


def furnish() -> None:
    """Something of every kind in the world, Anna's and Timur's."""
    now = clock.now()
    with work.unit_of_work() as session:
        anna, timur = (
            session.exec(select(User).where(User.login == login)).one() for login in ("anna", "timur")
        )
        funnel = deals.list_funnels(session)[0]
        flats = session.exec(select(estate.Unit).order_by(col(estate.Unit.id)).limit(2)).all()
        onec = Connection(name="1С", kind=ConnectionKind.COMMERCEML)
        session.add(onec)
        session.flush()
        for person, flat in zip((anna, timur), flats, strict=True):
            client = Person(name=f"Клиент: {person.name}", responsible_id=person.id)
            session.add(client)
            session.flush()
            deal = deals.open_deal(
                session, funnel=funnel, title="Квартира", client=client, by=person, now=now
            )
            plan(session, deal, title="Позвонить", due_at=now + timedelta(days=1), by=person, now=now)
            held = estate.book(session, flat, deal_id=deal.id, days=1, by=person, now=now)
            estate.ask_to_extend(session, held, days=7, reason="<b>Ждёт банк", by=person, now=now)
            selections.make(session, name="Для клиента", unit_ids=[flat.id], by=person, now=now)
            offered = offers.Wanted([flat.id], now.date() + timedelta(days=3))
            content = offers.compose(session, deal, offered, seller=person.name, now=now).content
            version = offers.make(session, deal, content, by=person, now=now)
            links.issue(session, version.offer, secret=settings().secret, by=person, now=now)

            if person is timur:
                waiting.join(session, flats[0], deal_id=deal.id, by=person, now=now)
            session.add(
                Message(
                    connection_id=onec.id,
                    direction=Direction.OUT,
                    kind="reservation",
                    idempotency_key=f"wall-{person.id}",
                    payload={"words": "<b>"},
                )
            )
        drawn(session)


def ids() -> dict[str, list[int]]:
    """Numbers of real records by the name of their table, oldest first."""
    found = {}
    with work.glance() as session:
        for table in SQLModel.metadata.sorted_tables:
            if "id" in table.c and isinstance(table.c.id.type, sa.Integer):
                rows = session.execute(sa.select(table.c.id).order_by(table.c.id).limit(ENOUGH_IDS))
                found[table.name] = list(rows.scalars())
    return found | {"responsible": found.get("app_user", [])}


def downloadable() -> int:
    """The number of a message that came with a file."""
    with work.unit_of_work() as session:
        file = files.keep(session, [b"<a/>"], media_type="text/xml", now=clock.now())
        message = session.exec(select(Message).order_by(col(Message.id))).first()
        assert message, "furnish() first"
        message.file_sha256 = file.sha256
        return message.id
