"""Slowing down guessing: by account, by address, by known place; nobody is locked out for ever.

A guess is counted before the password is looked at, so that guesses made at the same moment can't slip
through together. Strangers share the guesses of an account. A browser its owner has signed in with before,
or the address 1C comes from, has guesses of its own: strangers can't lock the owner out.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain.access.models import LoginThrottle
from domain.kernel.errors import Refused
from domain.kernel.text import _, ngettext

WINDOW = timedelta(minutes=15)
GUESSES = 8
"""Of one account in a window: by all strangers together, and by each place that is known to it."""
GUESSES_FROM_ADDRESS = 20
"""Of strangers at one address, whatever accounts they try; an office's known browsers stay out of it."""


def limits(login: str, address: str, known: str) -> dict[str, int]:
    """The counters a guess goes to. `known` names a place the account is known at, empty for strangers."""
    if known:
        return {f"known:{login}:{known}": GUESSES}
    return {f"account:{login}": GUESSES, f"address:{network(address)}": GUESSES_FROM_ADDRESS}


def count_guess(session: Session, login: str, address: str, *, known: str = "", now: datetime) -> None:
    """Take one of the guesses, or raise Refused when there is none left; to be committed before the guess.

    Wait for nothing between: whoever guesses the same account at this moment waits for the commit.
    """
    allowed = limits(login, address, known)
    for key, failures, since in tally(session, allowed, window=WINDOW, now=now):
        if failures > allowed[key]:
            minutes = max(1, round((since + WINDOW - now).total_seconds() / 60))
            wait = ngettext("in %(count)s minute", "in %(count)s minutes", minutes, count=minutes)
            raise Refused(_("Too many wrong passwords. Try again %(wait)s.", wait=wait))


def spend(session: Session, allowed: Mapping[str, int], *, within: timedelta, now: datetime) -> bool:
    """Count one use of each key; whether one was used too often in its window. To be committed always."""
    counted = tally(session, allowed, window=within, now=now)
    return any(uses > allowed[key] for key, uses, _since in counted)


def tally(
    session: Session, keys: Iterable[str], *, window: timedelta, now: datetime
) -> list[tuple[str, int, datetime]]:
    """Count one more under each key; how many there are in the window that began then.

    Who counts under the same key waits for the commit, so two at one moment are two.
    """
    fresh = col(LoginThrottle.since) > now - window
    counted = (
        insert(LoginThrottle)
        .values([{"key": key, "failures": 1, "since": now} for key in sorted(keys)])
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failures": sa.case((fresh, LoginThrottle.failures + 1), else_=1),
                "since": sa.case((fresh, LoginThrottle.since), else_=now),
            },
        )
        .returning(col(LoginThrottle.key), col(LoginThrottle.failures), col(LoginThrottle.since))
    )
    return [(key, uses, since) for key, uses, since in session.execute(counted)]


def give_back(session: Session, login: str, address: str, *, known: str = "") -> None:
    """The guess was right: it does not count."""
    keys = sorted(limits(login, address, known))
    rows = sa.update(LoginThrottle).where(col(LoginThrottle.key).in_(keys), col(LoginThrottle.failures) > 0)
    session.execute(rows.values(failures=LoginThrottle.failures - 1))


def forget(session: Session, login: str) -> None:
    """Strangers' guesses of an account count no more: it has a new password."""
    session.execute(sa.delete(LoginThrottle).where(col(LoginThrottle.key) == f"account:{login}"))


def network(address: str) -> str:
    """One customer of a provider: an IPv4 address, or the /64 everybody is given of IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is None:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(getattr(known, "ipv4_mapped", None) or known)
