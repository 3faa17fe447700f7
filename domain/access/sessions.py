"""Sessions of our own: a row a browser, revocable at once, the token kept only as a hash."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access import throttling
from domain.access.models import Role, User, UserSession
from domain.kernel.errors import Invalid
from domain.kernel.text import _

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""The row is touched at most this often: a page must not cost a write."""


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

    Always a new token: one planted before cannot become valid.
    """
    if account is None or account.disabled_at is not None or account.role is Role.EXCHANGE:
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


def check_password(
    session: Session, account: User | None, fits: bool, *, login: str, address: str, now: datetime
) -> bool:
    """Keep the counters after a password was tried; True when the person may come in."""
    if not fits or account is None or account.disabled_at is not None:
        throttling.count_failure(session, login, address, now=now)
        return False
    throttling.forget(session, login, address)
    return True


def resume(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who this token belongs to, or None: unknown, revoked, expired, idle too long, or disabled."""
    token_hash = fingerprint(token)
    found = session.exec(
        select(User, UserSession.seen_at)
        .join(UserSession, col(UserSession.user_id) == User.id)
        .where(
            UserSession.token_hash == token_hash,
            col(UserSession.revoked_at).is_(None),
            col(UserSession.expires_at) > now,
            col(UserSession.seen_at) > now - IDLE,
            col(User.disabled_at).is_(None),
        )
    ).first()
    if found is None:
        return None
    user, seen_at = found
    if now - seen_at > SEEN_EVERY:
        seen = sa.update(UserSession).where(col(UserSession.token_hash) == token_hash)
        session.execute(seen.values(seen_at=now))
    return SignedIn(user, token_hash)


def sign_out(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    revoke(session, col(UserSession.token_hash) == signed_in.token_hash, now=now)
    events.record(session, "user.signed_out", signed_in.user, by=signed_in.user)


def sign_out_everywhere(session: Session, user: User, *, now: datetime, but: bytes | None = None) -> None:
    """End all sessions of a person, except the one with the given hash."""
    theirs = (col(UserSession.user_id) == user.id) & (col(UserSession.token_hash) != (but or b""))
    revoke(session, theirs, now=now)


def revoke(session: Session, which: sa.ColumnElement[bool], *, now: datetime) -> None:
    open_ones = sa.update(UserSession).where(which, col(UserSession.revoked_at).is_(None))
    session.execute(open_ones.values(revoked_at=now))


def still_open(session: Session, token_hash: bytes) -> bool:
    """Whether a long-lived stream may go on."""
    return bool(
        session.execute(
            sa.select(sa.literal(1))
            .select_from(UserSession)
            .join(User, col(User.id) == UserSession.user_id)
            .where(
                col(UserSession.token_hash) == token_hash,
                col(UserSession.revoked_at).is_(None),
                col(User.disabled_at).is_(None),
            )
        ).first()
    )


def csrf_token(secret: str, token_hash: bytes) -> str:
    """Bound to the session: a token of another session or of before sign-in is worth nothing."""
    return hmac.new(secret.encode(), b"csrf:" + token_hash, hashlib.sha256).hexdigest()
