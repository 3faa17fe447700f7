"""A building, or one unit, as it was at a past moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.chessboard import Board, bare, laid_out, status
from domain.estate.models import (
    Booking,
    BookingState,
    Building,
    Finish,
    Floor,
    Section,
    Unit,
    UnitKind,
    UnitStatus,
)
from domain.estate.past.models import ClaimPeriod, LayoutPeriod, PlanPeriod, UnitPeriod
from domain.kernel.db import pick


def was(period: Any, at: datetime) -> sa.ColumnElement[bool]:
    """That the period was going on just before the moment."""
    return sa.and_(period.since < at, sa.or_(period.till.is_(None), period.till >= at))


def held(claim: Any, at: datetime) -> sa.ColumnElement[bool]:
    """That the claim held its unit just before the moment; past its term it held nothing, swept or not."""
    return sa.and_(was(claim, at), sa.or_(claim.state != BookingState.ACTIVE, claim.until >= at))


def on_floors_of(building_ids: Sequence[int], period: Any = UnitPeriod) -> sa.ColumnElement[bool]:
    """That the period was in one of these buildings.

    Their floors are counted first, and periods looked up by floor: the planner would rather walk through
    everything that was before a date.
    """
    floors = pick(Floor.id).join(Section, col(Section.id) == Floor.section_id)
    of_them = floors.where(col(Section.building_id).in_(building_ids)).scalar_subquery()
    return col(period.floor_id) == sa.any_(sa.func.array(of_them))


def read(session: Session, building_id: int, *, at: datetime) -> Board:
    """The whole building as it was just before the moment: one query, drawn as the present is."""
    rows = (
        pick(
            Section.id, Section.number, Floor.number, UnitPeriod.unit_id, UnitPeriod.number,
            bare(UnitPeriod.kind), UnitPeriod.rooms, UnitPeriod.area_total, UnitPeriod.price,
            bare(UnitPeriod.finish), bare(UnitPeriod.availability), ClaimPeriod.until,
            bare(ClaimPeriod.state), UnitPeriod.position,
            UnitPeriod.storeys, UnitPeriod.layout_id,
        )
        .select_from(UnitPeriod)
        .join(Floor, col(Floor.id) == UnitPeriod.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .outerjoin(
            ClaimPeriod, sa.and_(col(ClaimPeriod.unit_id) == UnitPeriod.unit_id, held(ClaimPeriod, at))
        )
        .where(on_floors_of([building_id]), was(UnitPeriod, at))
        .order_by(
            col(Section.number), col(Floor.number).desc(), col(UnitPeriod.position), col(UnitPeriod.unit_id)
        )
    )  # fmt: skip
    return replace(laid_out(building_id, session.execute(rows)), until=None)


class Known(NamedTuple):
    """Since when the past of a building is known."""

    since: datetime | None
    arranged: datetime | None
    """Floors that units take and their layouts, when that is later."""
    drawn: datetime | None
    """Plans and names of layouts, when that is later."""


def known(session: Session, building_id: int) -> Known:
    first, believed = sa.func.min(UnitPeriod.since), sa.func.max(UnitPeriod.believed_until)
    project = pick(Building.project_id).where(col(Building.id) == building_id).scalar_subquery()
    drawn = (
        pick(sa.func.max(PlanPeriod.believed_until)).where(on_floors_of([building_id], PlanPeriod)),
        pick(sa.func.max(LayoutPeriod.believed_until)).where(col(LayoutPeriod.project_id) == project),
    )
    latest = sa.func.greatest(*(one.scalar_subquery() for one in drawn))
    return Known(*session.execute(pick(first, believed, latest).where(on_floors_of([building_id]))).one())


@dataclass(frozen=True)
class Held:
    """The claim of that moment: who had made it, for how long and at what price."""

    who: str
    deal_id: int
    since: datetime
    until: datetime
    price: Decimal


@dataclass(frozen=True)
class Facts:
    """A unit as it was."""

    unit_id: int
    project_id: int
    building_id: int
    building: str
    section: int
    floor: int
    kind: UnitKind
    number: str
    rooms: int
    area: Decimal
    finish: Finish
    layout_id: int | None
    price: Decimal | None
    status: UnitStatus
    held: Held | None

    @property
    def metre(self) -> Decimal | None:
        return (self.price / self.area).quantize(Decimal(1)) if self.price else None


def facts(session: Session, unit: Unit, *, at: datetime) -> Facts | None:
    """What the unit was just before the moment; None when it was not there yet."""
    rows = (
        pick(UnitPeriod, ClaimPeriod, Section.number, Floor.number, Building, Booking, User.name)
        .select_from(UnitPeriod)
        .join(Floor, col(Floor.id) == UnitPeriod.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .outerjoin(
            ClaimPeriod, sa.and_(col(ClaimPeriod.unit_id) == UnitPeriod.unit_id, held(ClaimPeriod, at))
        )
        .outerjoin(Booking, col(Booking.id) == ClaimPeriod.booking_id)
        .outerjoin(User, col(User.id) == Booking.booked_by_id)
        .where(col(UnitPeriod.unit_id) == unit.id, was(UnitPeriod, at))
    )
    found = session.execute(rows).first()
    if found is None:
        return None
    period, claim, section, floor, building, booking, who = found
    return Facts(
        unit_id=unit.id,
        project_id=building.project_id,
        building_id=building.id,
        building=building.name,
        section=section,
        floor=floor,
        kind=period.kind,
        number=period.number,
        rooms=period.rooms,
        area=period.area_total,
        finish=period.finish,
        layout_id=period.layout_id,
        price=period.price,
        status=status(period.availability, claim.state if claim else None),
        held=Held(who, booking.deal_id, booking.booked_at, claim.until, claim.price) if booking else None,
    )
