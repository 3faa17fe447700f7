"""Places by their names: which floors there are, and who stands where."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate.chessboard import KINDS, bare
from domain.estate.importing import Storey, places_of
from domain.estate.models import Unit
from domain.estate.sheets.standing import Spot
from domain.kernel.db import pick


def floors(session: Session, wanted: Iterable[Storey]) -> dict[Storey, int]:
    return {storey: place.floor_id for storey, place in places_of(session, set(wanted)).items()}


def taken(session: Session, wanted: Iterable[Spot]) -> dict[Spot, int]:
    """The units that stand in these places now."""
    spots = set(wanted)
    there = {floor_id: storey for storey, floor_id in floors(session, (spot[:4] for spot in spots)).items()}
    if not there:
        return {}
    rows = pick(Unit.id, Unit.floor_id, bare(Unit.kind), Unit.number).where(
        col(Unit.floor_id) == sa.any_(sa.cast(list(there), sa.ARRAY(sa.BigInteger)))
    )
    found = {
        (*there[floor_id], KINDS[kind], number): id_ for id_, floor_id, kind, number in session.execute(rows)
    }
    return {spot: found[spot] for spot in spots if spot in found}
