"""The demo world of «Каркас-Девелопмент»: believable, the same every time, built only through the verbs."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from domain.demo import (
    agencies,
    cast,
    drawn,
    lines,
    offers,
    onec,
    past,
    picking,
    prices,
    publication,
    services,
    terms,
    trade,
)
from domain.demo.onec import is_demo
from domain.demo.stock import CITY, PlannedUnit, planned
from domain.estate import Project, Unit
from domain.estate.importing import Described, Stock
from domain.estate.prices import reprice
from domain.kernel import clock

BATCH = 200

__all__ = ["build", "cast", "is_demo", "reconnect", "write_units"]


def build(session: Session, *, onec_url: str = "", now: datetime | None = None) -> None:
    """The whole world into an empty, migrated base; the caller commits."""
    moment = now or clock.now()
    people = cast.hire(session)
    units = list(_stock(session))
    connections = onec.connect(session, onec_url=onec_url)
    onec.tie(session, connections, units)
    services.offer(session, now=moment)
    trade.run(session, people, now=moment)
    agencies.run(session, people, now=moment)
    drawn.draw(session, people["admin"], now=moment)
    past.remember(session, admin=people["admin"], now=moment)
    terms.rule(session, people, now=moment)
    lines.run(session, people, now=moment)
    onec.know_contracts(session, now=moment)
    picking.pick_out(session, people, now=moment)
    prices.run(session, people, now=moment)
    offers.offer(session, people, now=moment)
    publication.open_up(session, people, now=moment)


def reconnect(session: Session, *, onec_url: str) -> None:
    """Tell a demo base where the demo 1C listens this time; any other base is left alone."""
    if onec.is_demo(session):
        onec.connect(session, onec_url=onec_url)


def write_units(session: Session, path: Path) -> None:
    """The flats of a demo that was just built as the file the demo 1C is filled from."""
    onec.write_units(path, onec.as_they_stand(session, planned()))


def _stock(session: Session) -> Iterator[tuple[Unit, PlannedUnit]]:
    """First what there is, then what it costs: the way 1C tells it."""
    stock, whole = Stock(session), list(planned())
    for start in range(0, len(whole), BATCH):
        batch = whole[start : start + BATCH]
        taken = stock.take([(None, _described(unit)) for unit in batch])
        session.flush()
        reprice(session, {told.unit.id: unit.price for told, unit in zip(taken, batch, strict=True)})
        yield from ((told.unit, unit) for told, unit in zip(taken, batch, strict=True))
    for project in session.exec(select(Project)):
        project.city = CITY[project.name]


def _described(unit: PlannedUnit) -> Described:
    return Described(
        project=unit.project,
        building=unit.building,
        section=unit.section,
        floor=unit.floor,
        kind=unit.kind,
        number=unit.number,
        area_total=unit.area_total,
        rooms=unit.rooms,
        area_living=unit.area_living,
        area_kitchen=unit.area_kitchen,
        finish=unit.finish,
        availability=unit.availability,
    )
