"""Sessions of our own: a row a browser, revocable at once, the token kept only as a hash."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import Role, User, UserSession
from domain.kernel.db import columns_of, detached, pick
from domain.kernel.errors import Invalid
from domain.kernel.text import _

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""The row is touched at most this often: a page must not cost a write."""


_OPEN = (
    col(UserSession.token_hash) == sa.bindparam("token_hash", type_=sa.LargeBinary),
    col(UserSession.revoked_at).is_(None),
    col(UserSession.expires_at) > sa.bindparam("now", type_=sa.DateTime(timezone=True)),
    col(UserSession.seen_at) > sa.bindparam("idle_since", type_=sa.DateTime(timezone=True)),
    col(User.disabled_at).is_(None),
)
_OF_PERSON = col(UserSession.user_id) == User.id
_BY_TOKEN = pick(*columns_of(User), UserSession.seen_at).join(UserSession, _OF_PERSON).where(*_OPEN)
"""Built once, and read past the mapper: every request of every person asks it."""
_STILL_OPEN = pick(UserSession.token_hash).join(User, _OF_PERSON).where(*_OPEN)


@dataclass(frozen=True)
class SignedIn:
    user: User
    token_hash: bytes


class WrongPassword(Invalid):
    """Neither the form nor the time tells whether the login exists."""

    def __init__(self) -> None:
        super().__init__({"password": _("Wrong login or password")})


def fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def find_account(session: Session, login: str) -> User | None:
    return session.exec(select(User).where(User.login == login.strip().lower())).first()


def sign_in(session: Session, account: User | None, *, agent: str, address: str | None, now: datetime) -> str:
    """Open a session for a person whose password was right; returns the new token.

    Always a new token: one planted before cannot become valid. Raises WrongPassword for those who have no
    screens, and for a password that was changed while it was being checked.
    """
    if account is None or account.role is Role.EXCHANGE:
        raise WrongPassword
    checked = account.password_hash
    same = select(User).where(User.id == account.id).with_for_update(read=True)
    account = session.exec(same, execution_options={"populate_existing": True}).one()
    if account.disabled_at is not None or account.password_hash != checked:
        raise WrongPassword
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=fingerprint(token),
            user_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
            address=address,
            agent=agent[:300],
        )
    )
    events.record(session, "user.signed_in", account, by=account)
    return token


def resume(connection: sa.Connection, token: str, *, now: datetime) -> SignedIn | None:
    """Who this token belongs to, or None: unknown, revoked, expired, idle too long, or disabled.

    The person is of no session.
    """
    token_hash = fingerprint(token)
    found = connection.execute(_BY_TOKEN, _asked(token_hash, now)).first()
    if found is None:
        return None
    *of_person, seen_at = found
    if now - seen_at > SEEN_EVERY:
        seen = sa.update(UserSession).where(col(UserSession.token_hash) == token_hash)
        connection.execute(seen.values(seen_at=now))
    return SignedIn(detached(User, of_person), token_hash)


def sign_out(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    revoke(session, signed_in.user, col(UserSession.token_hash) == signed_in.token_hash, now=now)
    events.record(session, "user.signed_out", signed_in.user, by=signed_in.user)


def sign_out_others(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    """End all sessions of a person but the one that asks for it."""
    sign_out_everywhere(session, signed_in.user, now=now, but=signed_in.token_hash)
    events.record(session, "user.signed_out", signed_in.user, by=signed_in.user, others=True)


def sign_out_everywhere(session: Session, user: User, *, now: datetime, but: bytes | None = None) -> None:
    """End all sessions of a person, except the one with the given hash."""
    revoke(session, user, col(UserSession.token_hash) != (but or b""), now=now)


def revoke(session: Session, user: User, which: sa.ColumnElement[bool], *, now: datetime) -> None:
    """End these sessions of a person; their open streams end as soon as it is committed."""
    theirs = sa.update(UserSession).where(which, UserSession.user_id == user.id)  # type: ignore[arg-type]
    session.execute(theirs.where(col(UserSession.revoked_at).is_(None)).values(revoked_at=now))
    events.announce(session, topic_of(user))


def topic_of(user: User) -> str:
    """Announced when sessions of the person end; the site itself listens to it, no screen does."""
    return f"sessions-{user.id}"


def still_open(session: Session, token_hash: bytes, *, now: datetime) -> bool:
    """Whether a long-lived stream may go on."""
    return session.execute(_STILL_OPEN, _asked(token_hash, now)).first() is not None


def _asked(token_hash: bytes, now: datetime) -> dict[str, Any]:
    return {"token_hash": token_hash, "now": now, "idle_since": now - IDLE}


def came_from(session: Session, login: str, address: str) -> bool:
    """Whether this account has signed in from that address before."""
    row = sa.select(sa.literal(1)).join_from(UserSession, User, col(User.id) == UserSession.user_id)
    before = row.where(User.login == login, UserSession.address == address)  # type: ignore[arg-type]
    return bool(session.execute(before.limit(1)).first())


def device_token(secret: str, login: str) -> str:
    """For a browser the person has signed in with: it opens nothing, but strangers' guesses don't slow it."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_seal(secret, login, name)}"


def known_device(secret: str, login: str, token: str) -> str:
    """The name of a browser this account was signed in with; empty for a stranger's."""
    name, _dot, seal = token.partition(".")
    genuine = hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(secret, login, name).encode())
    return name if genuine else ""


def _seal(secret: str, login: str, name: str) -> str:
    return hmac.new(secret.encode(), f"device:{login}:{name}".encode(), hashlib.sha256).hexdigest()


def csrf_token(secret: str, token_hash: bytes) -> str:
    """Bound to the session: a token of another session or of before sign-in is worth nothing."""
    return hmac.new(secret.encode(), b"csrf:" + token_hash, hashlib.sha256).hexdigest()
