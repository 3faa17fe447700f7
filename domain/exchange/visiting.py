"""1C comes in as the exchange user: its session, its connection, and the exchange it is in the middle of."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access import Role, User, UserSession, sessions
from domain.events import names
from domain.exchange import receiving
from domain.exchange.accepting import Exchange
from domain.exchange.models import Connection, ConnectionKind


@dataclass(frozen=True)
class Visitor:
    user: User
    key: str
    """Under which its files arrive."""
    since: datetime | None
    """When it came in; None without a session, by password alone."""


def is_exchange(account: User | None) -> bool:
    return account is not None and account.role is Role.EXCHANGE and account.disabled_at is None


def enter(session: Session, user: User, *, agent: str, address: str | None, now: datetime) -> str:
    """A session for 1C, which opens nothing but the exchange. Returns its token."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=sessions.fingerprint(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            expires_at=now + sessions.LONGEST,
            address=address,
            agent=agent[:300],
        )
    )
    events.record(session, names.USER_SIGNED_IN, user, by=user)
    return token


def by_token(session: Session, token: str, *, now: datetime) -> Visitor | None:
    """Whose session it is; a person's session does not open the exchange."""
    found = sessions.resume(session.connection(), token, now=now)
    if found is None or not is_exchange(found.user):
        return None
    came = session.exec(
        select(UserSession.created_at).where(UserSession.token_hash == found.token_hash)
    ).one()
    return Visitor(found.user, found.token_hash.hex(), came)


def by_password(user: User) -> Visitor:
    return Visitor(user, f"user-{user.id}", None)


def current(session: Session, visitor: Visitor, *, now: datetime) -> Exchange:
    """The exchange 1C is in: since it came in, else since its `mode=init`."""
    started = receiving.start(session, visitor.key)
    since = visitor.since or (started.at if started else now)
    return Exchange(
        connection_of(session, visitor.user), visitor.key, since, started.number if started else 0
    )


def connection_of(session: Session, user: User) -> Connection:
    """The connection of this exchange user; one that nobody has claimed becomes theirs, else a new one."""
    site = select(Connection).where(Connection.kind == ConnectionKind.COMMERCEML)
    mine = site.where(col(Connection.login).in_([user.login, ""])).order_by(
        col(Connection.login).desc(), col(Connection.id)
    )
    connection = session.exec(mine).first()
    if connection is None:
        connection = Connection(
            name=f"CommerceML: {user.login}", kind=ConnectionKind.COMMERCEML, login=user.login
        )
        try:
            with session.begin_nested():
                session.add(connection)
        except IntegrityError:  # another visit of theirs came in at the same moment
            connection = session.exec(mine).one()
    if not connection.login:
        connection.login = user.login
        session.flush()
    return connection
