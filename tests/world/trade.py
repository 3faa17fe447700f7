"""Trade: the funnel «Квартиры», two clients of Anna's, and her deal with one of them."""

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from domain.access.models import User
from domain.deals.models import Deal, Funnel, Stage, StageKind, StageStay
from domain.parties.models import Company, Person

STAGES = {
    "Новый": StageKind.OPEN,
    "Переговоры": StageKind.OPEN,
    "Бронь": StageKind.OPEN,
    "Продано": StageKind.WON,
    "Отказ": StageKind.LOST,
}
RULES = {"Бронь": ["amount", "next_step", "active_booking"]}


def build(session: Session) -> None:
    anna = session.exec(select(User).where(User.login == "anna")).one()
    flats = Funnel(name="Квартиры")
    stages = [
        Stage(funnel=flats, name=name, kind=kind, position=position, rules=RULES.get(name, []))
        for position, (name, kind) in enumerate(STAGES.items())
    ]
    ivanov = Person(name="Иванов Пётр Сергеевич", phone="+79211234567", responsible_id=anna.id)
    mayak = Company(name="ООО «Маяк»", inn="7707083893", kpp="770701001", responsible_id=anna.id)
    session.add_all([flats, *stages, ivanov, mayak])
    session.flush()
    deal = Deal(
        title="Двухкомнатная для Иванова",
        amount=Decimal(8_000_000),
        stage_id=stages[0].id,
        rank=Decimal(1),
        responsible_id=anna.id,
        person_id=ivanov.id,
    )
    session.add(deal)
    session.flush()
    session.add(StageStay(deal_id=deal.id, stage_id=stages[0].id, entered_by_id=anna.id))
    session.flush()


@pytest.fixture
def flats(session: Session) -> Funnel:
    return session.exec(select(Funnel).where(Funnel.name == "Квартиры")).one()


def _stage(name: str, fixture: str) -> Any:
    @pytest.fixture(name=fixture)
    def stage(session: Session, flats: Funnel) -> Stage:
        return session.exec(select(Stage).where(Stage.funnel_id == flats.id, Stage.name == name)).one()

    return stage


new_stage = _stage("Новый", "new_stage")
talks = _stage("Переговоры", "talks")
booking_stage = _stage("Бронь", "booking_stage")
won = _stage("Продано", "won")
lost = _stage("Отказ", "lost")


@pytest.fixture
def ivanov(session: Session) -> Person:
    return session.exec(select(Person).where(Person.phone == "+79211234567")).one()


@pytest.fixture
def mayak(session: Session) -> Company:
    return session.exec(select(Company).where(Company.inn == "7707083893")).one()


@pytest.fixture
def ivanov_deal(session: Session, ivanov: Person) -> Deal:
    """Anna's, on the first stage, eight million."""
    return session.exec(select(Deal).where(Deal.person_id == ivanov.id)).one()
