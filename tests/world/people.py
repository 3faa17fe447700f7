"""The cast: the same logins and characters as in the demo."""

from functools import cache
from typing import Any

import pytest
from sqlmodel import Session, select

from domain.access import passwords
from domain.access.models import Region, Role, User

PASSWORD = "karkas"


def build(session: Session) -> None:
    petersburg, kazan = Region(name="Санкт-Петербург"), Region(name="Казань")
    session.add_all([petersburg, kazan])
    session.flush()

    def add(
        login: str, name: str, role: Role, region: Region | None = None, chief: User | None = None
    ) -> User:
        user = User(
            login=login,
            name=name,
            role=role,
            password_hash=_password_hash(),
            region_id=region.id if region else None,
            chief_id=chief.id if chief else None,
        )
        session.add(user)
        session.flush()
        return user

    boris = add("boris", "Борис Громов", Role.HEAD)
    add("anna", "Анна Королёва", Role.MANAGER, petersburg, boris)
    add("maria", "Мария Лебедева", Role.MANAGER, petersburg, boris)
    add("timur", "Тимур Ахметов", Role.MANAGER, kazan, boris)
    add("vera", "Вера Орлова", Role.ENGINEER, petersburg)
    add("gleb", "Глеб Фомин", Role.ENGINEER, petersburg)
    add("olga", "Ольга Белых", Role.ACCOUNTANT)
    add("stas", "Стас Чужой", Role.MANAGER)
    add("admin", "Администратор", Role.ADMIN)
    add("agata", "Агата Ильина", Role.AGENT)
    add("onec", "1С: обмен", Role.EXCHANGE)


@cache
def _password_hash() -> str:
    """One hash for all: the tests are not about how long argon2 takes."""
    return passwords.hashed(PASSWORD)


def _fixture(login: str) -> Any:
    @pytest.fixture(name=login)
    def person(session: Session) -> User:
        return session.exec(select(User).where(User.login == login)).one()

    return person


anna = _fixture("anna")
maria = _fixture("maria")
timur = _fixture("timur")
boris = _fixture("boris")
vera = _fixture("vera")
gleb = _fixture("gleb")
olga = _fixture("olga")
stas = _fixture("stas")
admin = _fixture("admin")
agata = _fixture("agata")
onec = _fixture("onec")
