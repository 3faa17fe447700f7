"""Columns of many units at once: a few statements, however many units."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from domain.estate.models import Unit
from domain.kernel.db import pick


def among(unit_ids: Collection[int]) -> sa.ColumnElement[bool]:
    """That a unit is one of these: one statement for any number of them, which is prepared once."""
    return col(Unit.id) == sa.any_(sa.cast(list(unit_ids), ARRAY(sa.BigInteger)))


def write(session: Session, wanted: Mapping[int, Mapping[str, Any]]) -> None:
    """Make these columns of these units so: a statement for all of which the same columns are written.

    Their rows are locked first, in order of their numbers. The events are the caller's; what the session
    knows of the units is read anew when it is asked for.
    """
    if not wanted:
        return
    units = pick(Unit.id).where(among(wanted)).order_by(col(Unit.id))
    session.execute(units.with_for_update(key_share=True, of=Unit))
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for unit_id, values in wanted.items():
        alike[tuple(values)].append(unit_id)
    for columns, unit_ids in alike.items():
        _write(session, columns, {unit_id: wanted[unit_id] for unit_id in unit_ids})


def _write(session: Session, columns: tuple[str, ...], wanted: Mapping[int, Mapping[str, Any]]) -> None:
    types: dict[str, Any] = {name: Unit.__table__.c[name].type for name in columns}  # type: ignore[attr-defined]
    arrays = (
        sa.cast([values[name] for values in wanted.values()], ARRAY(type_)) for name, type_ in types.items()
    )
    told = sa.func.unnest(sa.cast(list(wanted), ARRAY(sa.BigInteger)), *arrays)
    rows = told.table_valued("id", *(sa.column(*of) for of in types.items()), name="told").render_derived()
    written = (
        sa.update(Unit).where(col(Unit.id) == rows.c.id).values({name: rows.c[name] for name in columns})
    )
    session.execute(written.execution_options(synchronize_session="fetch"))
