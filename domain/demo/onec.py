"""The demo and the demo 1C: connections, whose flat is whose, the file its base is filled from."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.demo.stock import PlannedUnit
from domain.estate import Availability, Booking, BookingState, Finish, Unit, UnitKind
from domain.estate.prices import change_availability
from domain.exchange import links
from domain.exchange.models import Connection, ConnectionKind, ExternalId
from domain.kernel.settings import DEMO_ONEC_SECRET

SITE, BASE = "1С: обмен с сайтом", "1С: база компании"
UNITS_SET, GOOD = "Catalog_Помещения", "Товар"
LOGIN = "Обмен"

KINDS = {
    UnitKind.FLAT: "Квартира",
    UnitKind.PARKING: "МашиноМесто",
    UnitKind.STORAGE: "Кладовая",
    UnitKind.COMMERCIAL: "КоммерческоеПомещение",
}
FINISHES = {
    Finish.NONE: "Без отделки",
    Finish.ROUGH: "Черновая",
    Finish.PRE_FINE: "Предчистовая",
    Finish.FINE: "Чистовая",
}
STATES = {
    Availability.ON_SALE: "Свободна",
    Availability.CONTRACT: "НаДоговоре",
    Availability.SOLD: "Продана",
    Availability.OFF: "НеВПродаже",
}


def connect(session: Session, *, onec_url: str) -> tuple[Connection, Connection]:
    """The site exchange (1C calls us) and the base (we call it), made or brought to the present address."""
    site = _connection(session, SITE, ConnectionKind.COMMERCEML)
    base = _connection(session, BASE, ConnectionKind.ODATA)
    base.base_url, base.login, base.secret_name = f"{onec_url}/base", LOGIN, DEMO_ONEC_SECRET
    session.flush()
    return site, base


def is_demo(session: Session) -> bool:
    return (
        session.exec(select(Connection.id).where(Connection.secret_name == DEMO_ONEC_SECRET)).first()
        is not None
    )


def tie(
    session: Session, connections: Iterable[Connection], units: Iterable[tuple[Unit, PlannedUnit]]
) -> None:
    """Both connections know every flat by the key it has in the demo 1C."""
    pairs = list(units)
    for connection in connections:
        entity = UNITS_SET if connection.kind is ConnectionKind.ODATA else GOOD
        for unit, planned in pairs:
            links.link(session, connection.id, entity, str(planned.ref_key), "unit", unit.id, version="")


def know_contracts(session: Session, *, now: datetime) -> None:
    """What is under contract or sold of ours is so in 1C as well."""
    told = {BookingState.CONTRACT: Availability.CONTRACT, BookingState.SOLD: Availability.SOLD}
    claims = select(Booking).where(col(Booking.closed_at).is_(None), col(Booking.state).in_(told))
    wanted = {claim.unit_id: told[claim.state] for claim in session.exec(claims)}
    change_availability(session, wanted, now=now)


def as_they_stand(session: Session, units: Iterable[PlannedUnit]) -> list[PlannedUnit]:
    """The planned units, each in the state it has here: 1C says the same of it."""
    states = sa.select(col(ExternalId.external_id), col(Unit.availability)).where(
        col(ExternalId.entity) == UNITS_SET, col(ExternalId.local_kind) == "unit",
        col(ExternalId.local_id) == Unit.id,
    )  # fmt: skip
    known = dict(session.execute(states).tuples().all())
    return [replace(unit, availability=known[str(unit.ref_key)]) for unit in units]


def units_file(units: Iterable[PlannedUnit]) -> list[dict[str, Any]]:
    """Rows of Catalog_Помещения as the demo 1C reads them."""
    return [
        {
            "Ref_Key": str(unit.ref_key),
            "Description": f"{KINDS[unit.kind]} № {unit.number}",
            "ЖК": unit.project,
            "Дом": unit.building,
            "Подъезд": unit.section,
            "Этаж": unit.floor,
            "НомерПомещения": unit.number,
            "ВидПомещения": KINDS[unit.kind],
            "КоличествоКомнат": unit.rooms,
            "ОбщаяПлощадь": _plain(unit.area_total),
            "ЖилаяПлощадь": _plain(unit.area_living),
            "ПлощадьКухни": _plain(unit.area_kitchen),
            "Отделка": FINISHES[unit.finish],
            "Цена": _plain(unit.price),
            "СтатусПомещения": STATES[unit.availability],
        }
        for unit in units
    ]


def write_units(path: Path, units: Iterable[PlannedUnit]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(units_file(units), ensure_ascii=False), encoding="utf-8")


def _plain(number: Decimal | None) -> float | int:
    """JSON of 1C has only doubles: exact for areas and whole prices."""
    if number is None:
        return 0
    return int(number) if number == int(number) else float(number)


def _connection(session: Session, name: str, kind: ConnectionKind) -> Connection:
    found = session.exec(select(Connection).where(Connection.name == name)).first()
    if found is None:
        found = Connection(name=name, kind=kind)
        session.add(found)
        session.flush()
    return found
