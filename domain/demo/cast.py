"""The people of «Каркас-Девелопмент»: the same cast in the demo, the tests and the screenshots."""

from sqlmodel import Session

from domain.access import Region, Role, User, users

PASSWORD = "karkas"
"""Of everyone, in the demo only."""

CAST = (
    ("boris", "Борис Громов", Role.HEAD, "Санкт-Петербург", None),
    ("anna", "Анна Королёва", Role.MANAGER, "Санкт-Петербург", "boris"),
    ("maria", "Мария Лебедева", Role.MANAGER, "Санкт-Петербург", "boris"),
    ("timur", "Тимур Ахметов", Role.MANAGER, "Казань", "boris"),
    ("vera", "Вера Орлова", Role.ENGINEER, "Санкт-Петербург", None),
    ("gleb", "Глеб Фомин", Role.ENGINEER, "Санкт-Петербург", None),
    ("olga", "Ольга Белых", Role.ACCOUNTANT, "Санкт-Петербург", None),
    ("stas", "Стас Чужой", Role.MANAGER, "Другой регион", None),
    ("admin", "Администратор", Role.ADMIN, None, None),
    ("agata", "Агата Ильина", Role.AGENT, None, None),
    ("onec", "1С: обмен", Role.EXCHANGE, None, None),
)


def hire(session: Session) -> dict[str, User]:
    """The cast by login, chiefs before those who report to them."""
    regions: dict[str, Region] = {}
    people: dict[str, User] = {}
    for login, name, role, place, chief in CAST:
        people[login] = users.add(
            session,
            login=login,
            name=name,
            password=PASSWORD,
            role=role,
            region=_region(session, regions, place) if place else None,
            chief=people[chief] if chief else None,
            by=None,
        )
    return people


def _region(session: Session, known: dict[str, Region], name: str) -> Region:
    if name not in known:
        known[name] = Region(name=name)
        session.add(known[name])
        session.flush()
    return known[name]
