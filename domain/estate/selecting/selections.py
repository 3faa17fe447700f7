"""Selections for clients: made, changed, shared inside the company, taken away and brought back."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.models import Building
from domain.estate.selecting import choices
from domain.estate.selecting.choices import demand_own
from domain.estate.selecting.models import Selection
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Missing, Stale
from domain.kernel.text import _

LONGEST_NAME = 120
LONGEST_FILTER = 1000
LARGEST_ID = 2**63 - 1


def get_selection(session: Session, user: User, selection_id: int, *, removed: bool = False) -> Selection:
    """One's own, or one that a colleague shares by its link; anything else is not there."""
    shown = (col(Selection.owner_id) == user.id) | col(Selection.shared).is_(True)
    gone = col(Selection.removed_at).is_not(None) if removed else col(Selection.removed_at).is_(None)
    found = select(Selection).where(Selection.id == selection_id, shown, gone)
    selection = session.exec(found).first() if 0 < selection_id <= LARGEST_ID else None
    if selection is None:
        raise Missing(_("There is no such selection, or it is not shared"))
    return selection


def make(
    session: Session,
    *,
    name: str,
    unit_ids: Sequence[int] = (),
    kept: tuple[Building, str] | None = None,
    deal_id: int | None = None,
    by: User,
    now: datetime,
) -> Selection:
    """A selection of these units, or the kept filter of a building. The deal is one its maker may see."""
    selection = Selection(owner_id=by.id, name=_named(name), deal_id=deal_id, created_at=now)
    if kept:
        selection.building_id, selection.asked = kept[0].id, kept[1]
    session.add(selection)
    session.flush()
    events.record(session, "selection.made", selection, by=by, deal=deal_id, called=selection.name)
    if unit_ids:
        choices.add(session, selection, unit_ids, by=by, now=now)
    return selection


def edit(
    session: Session, selection: Selection, *, version: int, name: str, deal_id: int | None, shared: bool,
    by: User,
) -> None:  # fmt: skip
    """Save the form; over another save (in another tab) it raises Stale with what stands there now."""
    demand_own(selection, by)
    session.refresh(selection, with_for_update=LOCK)
    wanted = {"name": name.strip(), "deal_id": deal_id, "shared": shared}
    changes = {
        field: (getattr(selection, field), value)
        for field, value in wanted.items()
        if getattr(selection, field) != value
    }
    if selection.version != version:
        raise Stale(
            _("Somebody saved this selection before you"), theirs={"name": selection.name}
        )  # fmt: skip
    wanted["name"] = _named(name)
    if not changes:
        return
    for field, value in wanted.items():
        setattr(selection, field, value)
    selection.version += 1
    events.record(session, "selection.edited", selection, by=by, changes=changes)


def remove(session: Session, selection: Selection, *, by: User, now: datetime) -> None:
    demand_own(selection, by)
    selection.removed_at = now
    events.record(session, "selection.removed", selection, by=by)


def bring_back(session: Session, selection: Selection, *, by: User) -> None:
    demand_own(selection, by)
    selection.removed_at = None
    events.record(session, "selection.returned", selection, by=by)


def _named(name: str) -> str:
    told = name.strip()
    if not told:
        raise Invalid({"name": _("Name the selection: for whom or what it is")})
    if len(told) > LONGEST_NAME:
        raise Invalid({"name": _("The name is longer than %(most)s characters", most=LONGEST_NAME)})
    return told
