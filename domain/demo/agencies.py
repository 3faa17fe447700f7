"""An agency of the demo: its agent has fixed two clients and waits for the answer about a flat."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.access import User
from domain.agencies import asking, directory, fixing
from domain.agencies.models import Agent, Fixation
from domain.deals import Funnel
from domain.estate import Unit, UnitKind

CLIENTS = (("Савельев Пётр", "+79215550101"), ("Чернова Инна", "+79215550102"))


def run(session: Session, people: dict[str, User], *, now: datetime) -> None:
    funnel = session.exec(select(Funnel).where(Funnel.name == "Агентские")).one()
    agency = directory.add(
        session,
        name="АН «Невский квартал»",
        inn="7804512330",
        fixed_for=30,
        most_bookings=5,
        funnel_id=funnel.id,
        manager=people["anna"],
        by=people["boris"],
        now=now - timedelta(days=40),
    )
    agata = people["agata"]
    session.add(Agent(user_id=agata.id, agency_id=agency.id))
    session.flush()
    fixed = [
        fixing.fix(session, name=name, phone=phone, by=agata, now=now - timedelta(days=3 - place))
        for place, (name, phone) in enumerate(CLIENTS)
    ]
    flats = select(Unit).where(Unit.kind == UnitKind.FLAT, Unit.rooms == 2).order_by(col(Unit.id).desc())
    wanted = next(flat for flat in session.exec(flats) if asking.free(session, flat, now=now))
    first = fixed[0]
    assert isinstance(first, Fixation), "nobody else has this phone in a new base"
    asking.ask(
        session,
        first,
        wanted,
        text="Приедут в субботу, ипотека одобрена",
        by=agata,
        now=now - timedelta(hours=2),
    )
