"""Places by their names: which floors there are, and who stands where."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import KINDS, bare
from domain.estate.models import Building, Floor, Project, Section, Unit
from domain.estate.sheets.standing import Spot
from domain.kernel.db import pick

Storey = tuple[str, str, int, int]
"""Project, building, section, floor."""


def floors(session: Session, wanted: Iterable[Storey]) -> dict[Storey, int]:
    storeys = set(wanted)
    if not storeys:
        return {}
    named = (Project.name, Building.name, Section.number, Floor.number)
    rows = (
        pick(Floor.id, *named)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .where(sa.tuple_(*map(col, named)).in_(storeys))
    )
    return {(row[1], row[2], row[3], row[4]): row[0] for row in session.execute(rows)}


def taken(session: Session, wanted: Iterable[Spot]) -> dict[Spot, int]:
    """The units that stand in these places now."""
    spots = set(wanted)
    there = {floor_id: storey for storey, floor_id in floors(session, (spot[:4] for spot in spots)).items()}
    if not there:
        return {}
    rows = pick(Unit.id, Unit.floor_id, bare(Unit.kind), Unit.number).where(col(Unit.floor_id).in_(there))
    found = {
        (*there[floor_id], KINDS[kind], number): id_ for id_, floor_id, kind, number in session.execute(rows)
    }
    return {spot: found[spot] for spot in spots if spot in found}
