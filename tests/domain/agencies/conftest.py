"""An agency Anna answers for, with Agata as its agent; another one under Timur."""

import threading
from collections.abc import Callable

import pytest
from sqlmodel import Session

from domain.access import Role, User
from domain.agencies import limits
from domain.agencies.models import Agency, Agent
from domain.estate.terms import allowances


def agency_with(session: Session, name: str, manager: User, agent: User) -> Agency:
    agency = Agency(name=name, manager_id=manager.id)
    session.add(agency)
    session.flush()
    session.add(Agent(user_id=agent.id, agency_id=agency.id))
    session.flush()
    return agency


@pytest.fixture
def nevsky(session, anna, agata) -> Agency:
    return agency_with(session, "АН «Невский»", anna, agata)


@pytest.fixture
def bulat(session) -> User:
    """An agent of another agency."""
    user = User(login="bulat", name="Булат", role=Role.AGENT, password_hash="-")
    session.add(user)
    session.flush()
    return user


@pytest.fixture
def kazan_homes(session, timur, bulat) -> Agency:
    return agency_with(session, "АН «Дом Казани»", timur, bulat)


@pytest.fixture
def take_the_lock_away(monkeypatch) -> Callable[[threading.Barrier], None]:
    """For controls: nobody waits for the agency, and all have counted before anybody books."""

    def take_away(together: threading.Barrier) -> None:
        monkeypatch.setattr(limits, "lock", lambda session, agency: None)
        late = [lambda *given: (limits.demand_room(*given), together.wait())]
        monkeypatch.setattr(allowances, "deal_limits", late)

    return take_away
