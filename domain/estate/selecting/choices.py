"""Units of a selection: added with today's price, noted, moved, taken out and put back.

Only their owner is here: the callers show a colleague's selection, and these verbs refuse to change it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.lines import lines
from domain.estate.selecting.models import Choice, Selection
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Forbidden, Missing, Refused, Stale
from domain.kernel.text import _

MOST_UNITS = 50
LARGEST_ID = 2**63 - 1


def add(
    session: Session, selection: Selection, unit_ids: Sequence[int], *, by: User, now: datetime
) -> list[Choice]:
    """Put the units at the end with their present prices; those that are there already stay as they are."""
    _demand_by_hand(session, selection, by)
    there = set(session.execute(_inside(selection, Choice.unit_id)).scalars())
    found = lines(session, unit_ids, now=now)
    if len(found) < len(set(unit_ids)):
        raise Missing(_("There is no such unit"))
    coming = [line for line in found.values() if line.id not in there]
    if len(there) + len(coming) > MOST_UNITS:
        raise Refused(_("A selection holds up to %(most)s units", most=MOST_UNITS))
    last = session.execute(_inside(selection, sa.func.max(Choice.position))).scalar() or 0
    added = [
        Choice(
            selection_id=selection.id, unit_id=line.id, position=last + place, price=line.price, added_at=now
        )
        for place, line in enumerate(coming, start=1)
    ]
    session.add_all(added)
    session.flush()
    for choice in added:
        _record(session, "choice.added", choice, by=by)
    return added


def inside(session: Session, selection: Selection) -> list[Choice]:
    """The choices of a selection in their order."""
    there = select(Choice).where(Choice.selection_id == selection.id, col(Choice.removed_at).is_(None))
    return list(session.exec(there.order_by(col(Choice.position), col(Choice.id))))


def get_choice(session: Session, selection: Selection, choice_id: int, *, removed: bool = False) -> Choice:
    gone = col(Choice.removed_at).is_not(None) if removed else col(Choice.removed_at).is_(None)
    wanted = select(Choice).where(Choice.id == choice_id, Choice.selection_id == selection.id, gone)
    found = session.exec(wanted).first() if 0 < choice_id <= LARGEST_ID else None
    if found is None:
        raise Missing(_("There is no such unit in the selection"))
    return found


def note(session: Session, selection: Selection, choice: Choice, *, text: str, shown: str, by: User) -> None:
    """Say something of the unit. `shown` is what stood there: words saved meanwhile are not overwritten."""
    demand_own(selection, by)
    session.refresh(choice, with_for_update=LOCK)
    if choice.note == text:
        return
    if choice.note != shown:
        raise Stale(_("The note was changed meanwhile"), theirs={"note": choice.note})
    before, choice.note = choice.note, text
    _record(session, "choice.noted", choice, by=by, changes={"note": (before, text)})


def move(session: Session, selection: Selection, choice: Choice, *, up: bool, by: User) -> None:
    """Change places with the neighbour above or below; at the end of the list nothing happens."""
    _demand_by_hand(session, selection, by)
    own, beside = col(Choice.position), (sa.desc if up else sa.asc)
    further = own < choice.position if up else own > choice.position
    neighbours = select(Choice).where(
        Choice.selection_id == selection.id, col(Choice.removed_at).is_(None), further
    )
    neighbour = session.exec(neighbours.order_by(beside(own)).limit(1)).first()
    if neighbour is None:
        return
    choice.position, neighbour.position = neighbour.position, choice.position
    _record(session, "choice.moved", choice, by=by, position=choice.position)


def take_out(session: Session, selection: Selection, choice: Choice, *, by: User, now: datetime) -> None:
    demand_own(selection, by)
    choice.removed_at = now
    _record(session, "choice.removed", choice, by=by)


def put_back(session: Session, selection: Selection, choice: Choice, *, by: User) -> None:
    """Into its old place, unless the unit was added anew meanwhile."""
    _demand_by_hand(session, selection, by)
    if choice.unit_id in set(session.execute(_inside(selection, Choice.unit_id)).scalars()):
        raise Refused(_("The unit is in the selection again already"))
    choice.removed_at = None
    _record(session, "choice.returned", choice, by=by)


def _inside(selection: Selection, what: object) -> sa.Select[tuple[int]]:
    return pick(what).where(col(Choice.selection_id) == selection.id, col(Choice.removed_at).is_(None))


def demand_own(selection: Selection, by: User) -> None:
    if selection.owner_id != by.id:
        raise Forbidden(_("The selection is a colleague's: you may look and copy it"))


def _demand_by_hand(session: Session, selection: Selection, by: User) -> None:
    """One's own, chosen by hand, and nobody else adds or moves in it meanwhile."""
    demand_own(selection, by)
    session.refresh(selection, with_for_update=LOCK)
    if selection.building_id is not None:
        raise Refused(_("This is a kept filter: its units find themselves"))


def _record(session: Session, name: str, choice: Choice, *, by: User, **payload: Any) -> None:
    events.record(session, name, choice, by=by, selection=choice.selection_id, unit=choice.unit_id, **payload)
