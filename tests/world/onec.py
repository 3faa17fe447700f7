"""1C as it calls us: the connection «1С: каталог» of the exchange user, and files taken from it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlmodel import Session, SQLModel, func, select

from domain.estate import Unit
from domain.events import Event
from domain.exchange.catalogue import importing
from domain.exchange.catalogue.report import Report
from domain.exchange.commerceml.surveying import survey
from domain.exchange.models import Connection, ConnectionKind
from domain.kernel import clock

Take = Callable[[str], Report]


def unit(session: Session, number: int | str) -> Unit:
    return session.exec(select(Unit).where(Unit.number == str(number))).one()


def count(session: Session, what: type[SQLModel]) -> int:
    return session.exec(select(func.count()).select_from(what)).one()


def last_event(session: Session) -> int:
    session.flush()
    return session.exec(select(func.coalesce(func.max(Event.id), 0))).one()


@pytest.fixture
def catalogue_base(session: Session) -> Connection:
    connection = Connection(name="1С: каталог", kind=ConnectionKind.COMMERCEML, login="onec")
    session.add(connection)
    session.flush()
    return connection


@pytest.fixture
def take(session: Session, catalogue_base: Connection) -> Take:
    """Import a file as the job does."""

    def taken(text: str) -> Report:
        content = text.encode()
        surveyed = survey(BytesIO(content))
        return importing.take(session, catalogue_base, BytesIO(content), surveyed, now=clock.now())

    return taken
