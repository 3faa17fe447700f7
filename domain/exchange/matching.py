"""Which unit of ours a row of 1C is: by the pair known already, by the CommerceML catalogue, by its place."""

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate import Building, Floor, Project, Section, Unit
from domain.exchange.commerceml.mapping import same
from domain.exchange.mapping import Units
from domain.exchange.models import ExternalId
from domain.exchange.odata import Row, number, ref_of
from domain.kernel.text import _

Place = tuple[str, str, int, int, str, str]


def match(session: Session, connection_id: int, units: Units, rows: list[Row]) -> dict[str, int]:
    """Unit ids by the key of 1C; a row that fits no unit, or one taken by another row, is left out."""
    refs = set(map(ref_of, rows))
    known = _linked(
        session,
        refs,
        col(ExternalId.connection_id) == connection_id,
        col(ExternalId.entity) == units.set_name,
    )
    named = _linked(session, refs - known.keys(), col(ExternalId.connection_id) != connection_id)
    strangers = [row for row in rows if ref_of(row) not in known | named]
    placed = _placed(session, units, strangers)
    taken = _taken(session, connection_id, units, [*named.values(), *placed.values()])
    return known | {ref: unit_id for ref, unit_id in (placed | named).items() if unit_id not in taken}


def _linked(session: Session, refs: set[str], *where: sa.ColumnElement[bool]) -> dict[str, int]:
    """A good of the site exchange has the key of the catalogue's own record as its Ид."""
    lowered = sa.func.lower(col(ExternalId.external_id))
    pairs = sa.select(lowered, col(ExternalId.local_id)).where(
        lowered.in_(refs), col(ExternalId.local_kind) == "unit", *where
    )
    return dict(session.execute(pairs).all())


def _placed(session: Session, units: Units, rows: list[Row]) -> dict[str, int]:
    wanted = {place: ref_of(row) for row in rows if (place := place_of(row, units))}
    if not wanted:
        return {}
    numbers = {str(row.get(units.number) or "").strip() for row in rows}
    there = (
        sa.select(
            col(Unit.id), col(Project.name), col(Building.name), col(Section.number), col(Floor.number),
            col(Unit.kind), col(Unit.number),
        )
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .where(col(Unit.number).in_(numbers))
    )  # fmt: skip
    found: dict[str, int] = {}
    for unit_id, project, building, section, floor, kind, unit_number in session.execute(there):
        if ref := wanted.get((same(project), same(building), section, floor, kind.value, unit_number)):
            found[ref] = unit_id
    return found


def place_of(row: Row, units: Units) -> Place | None:
    section, floor = number(row.get(units.section)), number(row.get(units.floor))
    kind = units.kinds.get(same(str(row.get(units.kind) or "")))
    if section is None or floor is None or kind is None:
        return None
    project, building = (same(str(row.get(name) or "")) for name in (units.project, units.building))
    return project, building, int(section), int(floor), kind.value, str(row.get(units.number) or "").strip()


def _taken(session: Session, connection_id: int, units: Units, unit_ids: list[int]) -> set[int]:
    """Units that are another row's already."""
    theirs = sa.select(col(ExternalId.local_id)).where(
        col(ExternalId.connection_id) == connection_id, col(ExternalId.entity) == units.set_name,
        col(ExternalId.local_kind) == "unit", col(ExternalId.local_id).in_(unit_ids),
    )  # fmt: skip
    return set(session.execute(theirs).scalars())


def described(row: Row, units: Units) -> str:
    return _(
        "%(project)s, %(building)s, unit %(number)s",
        project=row.get(units.project) or "?",
        building=row.get(units.building) or "?",
        number=row.get(units.number) or "?",
    )
