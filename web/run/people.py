"""Accounts from the console: for the first person of an installation and for emergencies."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, col, select

from domain.access import users
from domain.access.models import Region, Role
from domain.kernel import clock
from domain.kernel.errors import Missing
from jobs.work import engine, unit_of_work
from web.run import prepare, servers
from web.run.trouble import Trouble

VARIABLE = "KARKAS_PASSWORD"


def add(login: str, *, name: str, role: str, region: str | None, chief: str | None) -> str:
    password = ask_password()
    with _base() as session:
        users.add(
            session,
            login=login,
            name=name,
            password=password,
            role=Role(role),
            by=None,
            region=_region(session, region) if region else None,
            chief=users.get(session, chief) if chief else None,
        )
    return f"{login} may sign in."


def set_password(login: str) -> str:
    password = ask_password()
    with _base() as session:
        users.set_password(session, users.get(session, login), password, by=None, now=clock.now())
    return f"The password of {login} is changed, and all sessions of this person are closed."


def disable(login: str) -> str:
    with _base() as session:
        users.disable(session, users.get(session, login), by=None, now=clock.now())
    return f"{login} may not sign in any more, and all sessions of this person are closed."


def ask_password() -> str:
    """Typed twice at a terminal; from KARKAS_PASSWORD or the first line of input in a script."""
    if given := os.environ.get(VARIABLE):
        return given
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass.getpass("Password: "), getpass.getpass("Once more: ")
    if first != second:
        raise Trouble("The two passwords differ.")
    return first


@contextmanager
def _base() -> Iterator[Session]:
    with servers.ready():
        servers.narrow()
        prepare.check(engine())
        with unit_of_work() as session:
            yield session
        engine().dispose()


def _region(session: Session, name: str) -> Region:
    found = session.exec(select(Region).where(col(Region.name) == name)).first()
    if found is None:
        raise Missing(f"There is no region {name}.")
    return found
