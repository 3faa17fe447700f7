"""Slowing down guessing, by account and by address; nobody is locked out for ever."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain.access.models import LoginThrottle
from domain.kernel.db import pick
from domain.kernel.errors import Refused
from domain.kernel.text import _, ngettext

WINDOW = timedelta(minutes=15)
ACCOUNT_FAILURES = 8
"""Guesses of one account from one address in a window."""
ACCOUNT_ANYWHERE_FAILURES = 30
"""Guesses of one account from everywhere: above what an owner mistypes, below what a guesser needs."""
ADDRESS_FAILURES = 60
"""Guesses from one address: an office behind one NAT stays below it."""


def limits(login: str, address: str) -> dict[str, int]:
    return {
        f"account:{login.lower()}@{address}": ACCOUNT_FAILURES,
        f"account:{login.lower()}": ACCOUNT_ANYWHERE_FAILURES,
        f"address:{address}": ADDRESS_FAILURES,
    }


def demand_patience(session: Session, login: str, address: str, *, now: datetime) -> None:
    """Raise Refused while one of the counters is over its limit."""
    allowed = limits(login, address)
    counted = pick(LoginThrottle.key, LoginThrottle.failures, LoginThrottle.since).where(
        col(LoginThrottle.key).in_(list(allowed)), col(LoginThrottle.since) > now - WINDOW
    )
    for key, failures, since in session.execute(counted):
        if failures >= allowed[key]:
            minutes = max(1, round((since + WINDOW - now).total_seconds() / 60))
            wait = ngettext("in %(count)s minute", "in %(count)s minutes", minutes, count=minutes)
            raise Refused(_("Too many wrong passwords. Try again %(wait)s.", wait=wait))


def count_failure(session: Session, login: str, address: str, *, now: datetime) -> None:
    """Add one to every counter atomically; a window that has passed starts anew."""
    fresh = col(LoginThrottle.since) > now - WINDOW
    for key in sorted(limits(login, address)):
        row = insert(LoginThrottle).values(key=key, failures=1, since=now)
        session.execute(
            row.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "failures": sa.case((fresh, LoginThrottle.failures + 1), else_=1),
                    "since": sa.case((fresh, LoginThrottle.since), else_=now),
                },
            )
        )


def forget(session: Session, login: str, address: str) -> None:
    """A right password clears the account's own counters, not the address's."""
    own = [key for key in limits(login, address) if key.startswith("account:")]
    session.execute(sa.delete(LoginThrottle).where(col(LoginThrottle.key).in_(own)))
