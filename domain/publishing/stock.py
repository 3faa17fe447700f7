"""The public stock: units that may be seen by anybody, and a mark that tells whether it is still the same.

Fail closed: a unit is here because its project, its building and its kind were said to be public, and it is
free, or booked where that is shown. Nothing about people, deals or reasons is read at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.estate.chessboard import holding, status
from domain.estate.models import (
    Availability,
    Booking,
    BookingState,
    Building,
    BuildingChange,
    Finish,
    Floor,
    Project,
    Section,
    Unit,
    UnitKind,
    UnitStatus,
)
from domain.estate.pricing import Sale, on_board
from domain.kernel.db import pick
from domain.publishing.models import ListedKind, Listing, Publication


class Standing(NamedTuple):
    """What a building had been through when it was looked at, its publication included.

    The marks of a building are compared as in `chessboard.Edition`.
    """

    project_id: int
    publication: int
    project: str
    building_id: int
    listing: int
    building: str
    first: int | None
    marks: int
    latest: datetime | None


class PublicUnit(NamedTuple):
    id: int
    building_id: int
    kind: UnitKind
    number: str
    section: int
    floor: int
    place: int
    """On the floor among the units of its kind, sold ones too, from the left."""
    rooms: int
    area: Decimal
    living: Decimal | None
    kitchen: Decimal | None
    finish: Finish
    booked: bool
    price: Decimal | None
    """What is asked today; None: «цена по запросу»."""
    before: Decimal | None = None
    """What it is without the public promotions of the moment, where they lower it."""
    badge: str = ""
    until: datetime | None = None
    """When the first of these promotions ends."""


@dataclass(frozen=True)
class PublicBuilding:
    id: int
    name: str
    address: str


@dataclass(frozen=True)
class PublicProject:
    id: int
    name: str
    city: str
    description: str
    developer: str
    site_url: str
    buildings: list[PublicBuilding]
    units: list[PublicUnit]
    until: datetime | None
    """When a booking ends, or a public promotion begins or ends: from then on the stock is another."""


def standing(session: Session, project_id: int | None = None) -> tuple[Standing, ...]:
    """Every published building, or those of one project, in one short read; empty: nothing is public."""
    rows = (
        pick(
            Publication.id, Publication.version, Project.name, Building.id, Listing.version, Building.name,
            sa.func.min(BuildingChange.id), sa.func.count(col(BuildingChange.id)),
            sa.func.max(BuildingChange.at),
        )
        .join(Project, col(Project.id) == Publication.id)
        .join(Building, col(Building.project_id) == Project.id)
        .join(Listing, col(Listing.id) == Building.id)
        .outerjoin(BuildingChange, col(BuildingChange.building_id) == Building.id)
        .where(col(Publication.published), _has_kinds())
        .group_by(col(Publication.id), col(Project.id), col(Building.id), col(Listing.id))
        .order_by(col(Project.position), col(Project.id), col(Building.position), col(Building.id))
    )  # fmt: skip
    if project_id is not None:
        rows = rows.where(col(Publication.id) == (project_id if 0 < project_id < 2**63 else 0))
    return tuple(Standing(*row) for row in session.execute(rows))


def read(session: Session, project_id: int, *, now: datetime) -> PublicProject | None:
    """Everything public of a project, in three short reads, and one more while promotions are in force; None
    when it is not public."""
    head = (
        pick(
            Project.id, Project.name, Project.city, Publication.description, Publication.developer,
            Publication.site_url, Building.id, Building.name, Listing.address,
        )
        .join(Publication, col(Publication.id) == Project.id)
        .join(Building, col(Building.project_id) == Project.id)
        .join(Listing, col(Listing.id) == Building.id)
        .where(col(Project.id) == project_id, col(Publication.published), _has_kinds())
        .order_by(col(Building.position), col(Building.id))
    )  # fmt: skip
    buildings = session.execute(head).all()
    if not buildings:
        return None
    units, until = _units(session, project_id, now=now)
    told = [PublicBuilding(*row[6:]) for row in buildings]
    id_, name, city, description, developer, site_url = buildings[0][:6]
    return PublicProject(id_, name, city, description, developer, site_url, told, units, until)


def counts(session: Session, *, now: datetime) -> dict[int, int]:
    """By project, how many units `read` would show."""
    booked = sa.and_(col(Booking.state) == BookingState.ACTIVE, col(ListedKind.show_booked))
    free = sa.and_(col(Booking.id).is_(None), col(Unit.price).is_not(None))
    shown = rows_on_sale(now).where(sa.or_(free, booked)).order_by(None)
    project = col(Building.project_id)
    counted = shown.with_only_columns(project, sa.func.count().label("units")).group_by(project)
    return {row.project_id: row.units for row in session.execute(counted)}


def is_offered(session: Session, unit_id: int) -> bool:
    """Whether a request about the unit can have come from our pages: its kind is public in its building."""
    known = (
        pick(Unit.id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Publication, col(Publication.id) == Building.project_id)
        .join(ListedKind, listed())
        .where(col(Unit.id) == unit_id, col(Publication.published))
    )
    return 0 < unit_id < 2**63 and session.execute(known).first() is not None


def _units(session: Session, project_id: int, *, now: datetime) -> tuple[list[PublicUnit], datetime | None]:
    here = col(Building.project_id) == project_id
    promoted = on_board(session, here, now=now, public=True)
    units: list[PublicUnit] = []
    ends = [promoted.until] if promoted.until else []
    for row in session.execute(rows_on_sale(now, _place()).where(here)):
        *facts, place, price, show_price, show_booked, availability, claim, until = row
        now_is = status(availability, claim)
        if claim is BookingState.ACTIVE:
            ends.append(until)
        free = now_is is UnitStatus.FREE and price is not None
        if free or (now_is is UnitStatus.BOOKED and show_booked):
            told = _told(price, promoted.sales.get(row[0])) if show_price and free else (None,)
            units.append(PublicUnit(*(*facts[:6], place, *facts[6:], not free, *told)))
    return units, min(ends, default=None)


def _told(price: Decimal, sale: Sale | None) -> tuple[Any, ...]:
    if sale is None or not sale.badges:
        return (price,)
    return sale.price, price, ", ".join(sale.badges), sale.until


COLUMNS: Sequence[Any] = (
    Unit.id, Building.id, Unit.kind, Unit.number, Section.number, Floor.number, Unit.rooms,
    Unit.area_total, Unit.area_living, Unit.area_kitchen, Unit.finish,
)  # fmt: skip


def rows_on_sale(now: datetime, *more: Any, price: Any = Unit.price) -> sa.Select[Any]:
    """Units of public kinds that 1C has on sale, with what decides whether they are shown; `more` columns
    before the price."""
    return (
        pick(
            *COLUMNS, *more, price, ListedKind.show_price, ListedKind.show_booked, Unit.availability,
            Booking.state, Booking.until,
        )
        .select_from(Unit)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Publication, col(Publication.id) == Building.project_id)
        .join(ListedKind, listed())
        .outerjoin(Booking, holding(now))
        .where(col(Publication.published), col(Unit.availability) == Availability.ON_SALE)
        .order_by(
            col(Building.project_id), col(Building.position), col(Building.id), col(Section.number),
            col(Floor.number).desc(), col(Unit.position), col(Unit.id),
        )
    )  # fmt: skip


def _place() -> sa.ScalarSelect[int]:
    other = aliased(Unit)
    to_the_left = sa.tuple_(col(other.position), col(other.id)) <= sa.tuple_(col(Unit.position), col(Unit.id))
    beside = sa.and_(col(other.floor_id) == Unit.floor_id, col(other.kind) == Unit.kind)
    return pick(sa.func.count()).select_from(other).where(beside, to_the_left).scalar_subquery()


def _has_kinds() -> sa.ColumnElement[bool]:
    return sa.exists().select_from(ListedKind).where(col(ListedKind.listing_id) == Listing.id)


def listed() -> sa.ColumnElement[bool]:
    """That its kind is public in its building, as the condition of a join: at most one row for a unit."""
    return sa.and_(col(ListedKind.listing_id) == Building.id, col(ListedKind.kind) == Unit.kind)
