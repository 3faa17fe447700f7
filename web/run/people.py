"""Accounts from the console: for the first person of an installation and for emergencies."""

import getpass
import os
import sys

from sqlmodel import Session, col, select

from domain.access import users
from domain.access.models import Region, Role
from domain.kernel import clock
from domain.kernel.errors import Missing
from jobs.work import unit_of_work
from web.run.trouble import Trouble

VARIABLE = "KARKAS_PASSWORD"


def add(login: str, *, name: str, role: str, region: str | None, chief: str | None) -> str:
    password = ask_password()
    with unit_of_work() as session:
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
    with unit_of_work() as session:
        user = users.get(session, login)
        users.set_password(session, user, ask_password(), by=None, now=clock.now())
    return f"The password of {login} is changed, and all sessions of this person are closed."


def disable(login: str) -> str:
    with unit_of_work() as session:
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


def _region(session: Session, name: str) -> Region:
    found = session.exec(select(Region).where(col(Region.name) == name)).first()
    if found is None:
        raise Missing(f"There is no region {name}.")
    return found
