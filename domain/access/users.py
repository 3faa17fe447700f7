"""Adding people, changing their passwords, letting them go."""

from datetime import datetime

from sqlmodel import Session, select

from domain import events
from domain.access import passwords, sessions, throttling
from domain.access.models import Region, Role, User
from domain.kernel.errors import Invalid, Missing
from domain.kernel.text import _


def add(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    role: Role,
    by: User | None,
    region: Region | None = None,
    chief: User | None = None,
    phone: str | None = None,
) -> User:
    """A new person. Raises Invalid when the login is taken or the password too short."""
    login = login.strip().lower()
    if not login or len(login) > 64:
        raise Invalid({"login": _("A login has 1 to 64 characters")})
    if sessions.find_account(session, login):
        raise Invalid({"login": _("The login %(login)s is taken", login=login)})
    user = User(
        login=login,
        name=name.strip(),
        password_hash=passwords.hashed(password),
        role=role,
        region_id=region.id if region else None,
        chief_id=chief.id if chief else None,
        phone=phone,
    )
    session.add(user)
    session.flush()
    events.record(session, "user.added", user, by=by, login=login, role=role.value)
    return user


def set_password(session: Session, user: User, password: str, *, by: User | None, now: datetime) -> None:
    """A new password ends every session of the person, and the wait that strangers' guesses caused."""
    user.password_hash = passwords.hashed(password)
    sessions.sign_out_everywhere(session, user, now=now)
    throttling.forget(session, user.login)
    events.record(session, "user.password_set", user, by=by)


def disable(session: Session, user: User, *, by: User | None, now: datetime) -> None:
    user.disabled_at = now
    sessions.sign_out_everywhere(session, user, now=now)
    events.record(session, "user.disabled", user, by=by)


def speak(session: Session, user: User, language: str) -> None:
    """The language the person reads the site in."""
    mine = session.get_one(User, user.id)
    events.record(session, "user.edited", mine, by=user, changes={"locale": (mine.locale, language)})
    mine.locale = language


def get(session: Session, login: str) -> User:
    user = session.exec(select(User).where(User.login == login.strip().lower())).first()
    if user is None:
        raise Missing(_("There is no user %(login)s", login=login))
    return user
