"""Who arranges the stock, and pictures to arrange it with."""

from io import BytesIO

import pytest
from sqlmodel import Session, select

from domain.access import User
from domain.estate import drawings
from domain.kernel import clock
from tests.web.walls import uploads


@pytest.fixture
def admin(session: Session) -> User:
    return session.exec(select(User).where(User.login == "admin")).one()


@pytest.fixture
def picture():
    """A new picture each time it is asked for: its name and its bytes."""

    def drawn(side: int = 8):
        return "план.png", BytesIO(uploads.picture("PNG", (side, side)))

    return drawn


@pytest.fixture
def floor_plan(session, flat_1, picture, admin):
    """The plan of the first floor."""
    return drawings.put(session, flat_1.floor, *picture(), by=admin, now=clock.now())
