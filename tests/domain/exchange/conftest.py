"""A base of 1C as a connection names it."""

import pytest
from sqlmodel import Session

from domain.exchange.models import Connection, ConnectionKind
from domain.kernel import clock


@pytest.fixture
def base(session: Session) -> Connection:
    """It answered a moment ago."""
    connection = Connection(
        name="1С", kind=ConnectionKind.ODATA, base_url="http://1c.invalid/base", heard_at=clock.now()
    )
    session.add(connection)
    session.flush()
    return connection
