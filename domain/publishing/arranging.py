"""What outsiders may see is decided here: each form saved whole, over nobody's words unseen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.models import Building, Project, UnitKind
from domain.events import names
from domain.kernel.db import pick
from domain.kernel.errors import Missing, Stale
from domain.kernel.text import _
from domain.publishing.models import BuildingState, ListedKind, Listing, Material, Publication


@dataclass(frozen=True)
class Shown:
    """How the units of a kind are shown."""

    price: bool = True
    booked: bool = False


@dataclass(frozen=True)
class ProjectFacts:
    published: bool = False
    description: str = ""
    developer: str = ""
    phone: str = ""
    region: str = ""
    site_url: str = ""
    yandex_id: str = ""
    avito_id: str = ""
    cian_id: str = ""
    domclick_id: str = ""
    domclick_developer_id: str = ""


@dataclass(frozen=True)
class BuildingFacts:
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    floors_total: int | None = None
    built_year: int | None = None
    ready_quarter: int | None = None
    state: BuildingState = BuildingState.UNFINISHED
    material: Material = Material.UNKNOWN
    image_url: str = ""
    yandex_id: str = ""
    avito_id: str = ""
    cian_id: str = ""
    domclick_id: str = ""
    kinds: Mapping[UnitKind, Shown] = field(default_factory=dict)
    """The kinds that are public; the others are not."""


def edit_publication(
    session: Session, project: Project, *, version: int, facts: ProjectFacts, by: User
) -> None:
    """Save the form. Over somebody else's save it raises Stale with both values of each differing field."""
    row = _locked(session, Publication, project.id)
    changes = _changed(row, asdict(facts))
    _demand_seen(row.version, version, changes)
    if not changes and row.version:
        return
    _apply(row, changes)
    events.record(session, names.PUBLICATION_EDITED, row, by=by, changes=changes)
    session.flush()


def edit_listing(
    session: Session, building: Building, *, version: int, facts: BuildingFacts, by: User
) -> None:
    """The same for a building and the kinds of its units."""
    row = _locked(session, Listing, building.id)
    wanted = {name: value for name, value in asdict(facts).items() if name != "kinds"}
    changes = _changed(row, wanted)
    before = shown(session, building.id)
    if before != dict(facts.kinds):
        changes["kinds"] = (_told(before), _told(facts.kinds))
    _demand_seen(row.version, version, changes)
    if not changes and row.version:
        return
    _apply(row, {name: change for name, change in changes.items() if name != "kinds"})
    if "kinds" in changes:
        _show(session, building.id, facts.kinds)
    events.record(session, names.LISTING_EDITED, row, by=by, changes=changes)
    session.flush()


def shown(session: Session, building_id: int) -> dict[UnitKind, Shown]:
    """The public kinds of a building."""
    rows = pick(ListedKind.kind, ListedKind.show_price, ListedKind.show_booked)
    found = session.execute(rows.where(col(ListedKind.listing_id) == building_id))
    return {kind: Shown(price, booked) for kind, price, booked in found}


def get_project(session: Session, project_id: int) -> Project:
    project = session.get(Project, project_id) if 0 < project_id < 2**63 else None
    if project is None:
        raise Missing(_("There is no such project"))
    return project


def get_building(session: Session, building_id: int) -> Building:
    building = session.get(Building, building_id) if 0 < building_id < 2**63 else None
    if building is None:
        raise Missing(_("There is no such building"))
    return building


def _locked(session: Session, kind: type[Any], number: int) -> Any:
    """The row, made on the first save; who saves at the same moment waits. Version 0: there was none."""
    session.execute(insert(kind).values(id=number, version=0).on_conflict_do_nothing())
    found = select(kind).where(kind.id == number).with_for_update()
    return session.exec(found.execution_options(populate_existing=True)).one()


def _changed(row: Any, wanted: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value
    }


def _apply(row: Any, changes: Mapping[str, tuple[Any, Any]]) -> None:
    row.version += 1
    for name, (_before, value) in changes.items():
        setattr(row, name, value)


def _demand_seen(present: int, seen: int, changes: Mapping[str, tuple[Any, Any]]) -> None:
    if present != seen:
        raise Stale(
            _("Somebody saved this before you"),
            theirs={name: _word(before) for name, (before, _mine) in changes.items()},
        )


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value in (None, "", []) else str(value)


def _told(kinds: Mapping[UnitKind, Shown]) -> list[str]:
    """As history keeps it: `flat price booked`."""
    words = [
        " ".join([kind.value, *(["price"] if how.price else []), *(["booked"] if how.booked else [])])
        for kind, how in kinds.items()
    ]
    return sorted(words)


def _show(session: Session, building_id: int, kinds: Mapping[UnitKind, Shown]) -> None:
    session.execute(sa.delete(ListedKind).where(col(ListedKind.listing_id) == building_id))
    session.add_all(
        ListedKind(listing_id=building_id, kind=kind, show_price=how.price, show_booked=how.booked)
        for kind, how in kinds.items()
    )
