"""What the office says of a unit and 1C does not: how many floors, which layout, its own characteristics."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.claims import building_of
from domain.estate.drawings import characteristics
from domain.estate.drawings.models import Layout
from domain.estate.drawings.reading import project_of
from domain.estate.models import Unit
from domain.events import names
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _

MOST_STOREYS = 4


def shown(unit: Unit) -> str:
    """What the form was drawn from: sent back with it, so that nobody saves over what they have not seen."""
    return json.dumps(
        [unit.storeys, unit.layout_id, unit.characteristics], ensure_ascii=False, sort_keys=True
    )


def arrange(
    session: Session,
    unit: Unit,
    *,
    storeys: int,
    layout_id: int | None,
    given: Mapping[str, str],
    seen: str,
    by: User,
) -> None:
    """Save the form; `given` are the inputs of characteristics. Raises Invalid at the field, or Stale."""
    session.refresh(unit, with_for_update=LOCK)
    known = characteristics.characteristics(session, unit.kind)
    if not 1 <= storeys <= MOST_STOREYS:
        raise Invalid({"storeys": _("A unit takes from 1 to %(most)s floors", most=MOST_STOREYS)})
    if layout_id is not None and layout_id not in {layout.id for layout in layouts_for(session, unit)}:
        raise Invalid({"layout_id": _("Choose a layout of this project")})
    values = characteristics.read(known, given)
    kept = {
        code: value for code, value in unit.characteristics.items() if code not in {one.code for one in known}
    }
    wanted: dict[str, tuple[Any, Any]] = {
        "storeys": (unit.storeys, storeys),
        "layout_id": (unit.layout_id, layout_id),
        **{
            characteristics.field_of(one): (unit.characteristics.get(one.code), values.get(one.code))
            for one in known
        },
    }
    changes = {name: pair for name, pair in wanted.items() if pair[0] != pair[1]}
    if shown(unit) != seen:
        raise Stale(
            _("Somebody saved this unit before you"),
            theirs={name: characteristics.typed(now_is) or "—" for name, (now_is, _mine) in changes.items()},
        )
    if not changes:
        return
    unit.storeys, unit.layout_id, unit.characteristics = storeys, layout_id, {**kept, **values}
    session.flush()
    topics = [f"building-{building_of(session, unit)}"]
    events.record(session, names.UNIT_EDITED, unit, by=by, topics=topics, changes=changes)


def layouts_for(session: Session, unit: Unit) -> list[Layout]:
    """Those the unit may have."""
    of_project = select(Layout).where(
        Layout.project_id == project_of(session, unit), Layout.kind == unit.kind
    )
    return list(
        session.exec(of_project.order_by(col(Layout.rooms), col(Layout.area_total), col(Layout.code)))
    )
