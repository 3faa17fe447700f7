"""The units of a deal: what it holds, in which state, and what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.access.models import User
from domain.approvals import Approval
from domain.approvals.reading import alive
from domain.estate.claims import EXTENSION
from domain.estate.contracts import UnitContract
from domain.estate.discounts.giving import STANDING
from domain.estate.discounts.models import Discount
from domain.estate.discounts.showing import Claim, PriceOf, Standing, prices_of
from domain.estate.models import (
    Booking,
    BookingKind,
    BookingState,
    Building,
    Floor,
    Project,
    Section,
    Unit,
)
from domain.estate.terms import Terms, kinds
from domain.estate.waiting import Waiting, WaitingState
from domain.kernel.db import DEAL, MOMENT, ask, kept, pick


@dataclass(frozen=True)
class Held:
    """A unit with its booking, contract or sale for this deal."""

    booking_id: int
    unit_id: int
    number: str
    kind: str
    rooms: int
    area: Decimal
    floor: int
    place: str
    price: Decimal
    until: datetime
    extensions: int
    state: BookingState
    booked_as: BookingKind
    contract: str | None
    """The number of the contract in force."""
    signed_at: datetime | None
    days: tuple[int, ...]
    """Terms its kind is extended by."""
    asked_id: int | None
    asked_days: int | None
    """An extension by so many days waits for the decider."""
    decider: str | None
    made: PriceOf
    """Of what the frozen price is made, beside what it would be today."""

    @property
    def is_offer(self) -> bool:
        return self.booked_as is BookingKind.OFFER

    @property
    def is_booked(self) -> bool:
        """An ordinary booking with a term: extended, cancelled, swapped, handed over."""
        return self.state is BookingState.ACTIVE and not self.is_offer


@dataclass(frozen=True)
class Awaited:
    """A place in the line for a unit."""

    waiting_id: int
    unit_id: int
    number: str
    since: datetime
    ahead: int
    """How many stand before it."""


def held(session: Session, deal_id: int, *, now: datetime) -> list[Held]:
    """Units held for the deal at this moment: what asks for an answer first, what has no term last."""
    rows = ask(session, _held_rows(), {"deal": deal_id, "now": now}).all()
    made = prices_of(session, map(_claim, rows), now=now)
    return [_held(row, made[row.unit_id]) for row in rows]


def _claim(row: Any) -> Claim:
    discount = Standing(row.discount_id, row.given, row.amount, row.reason) if row.discount_id else None
    return Claim(row.booking_id, row.unit_id, row.price, row.passport, row.booked_at, discount)


@kept
def _held_rows() -> sa.Select[Any]:
    asker: Any = aliased(User)
    chief: Any = aliased(User)
    return (
        pick(
            col(Booking.id).label("booking_id"),
            Booking.price,
            Booking.passport,
            Booking.booked_at,
            Booking.until,
            Booking.extensions,
            Booking.state,
            col(Booking.kind).label("booked_as"),
            col(Unit.id).label("unit_id"),
            Unit.number,
            Unit.kind,
            Unit.rooms,
            Unit.area_total,
            col(Floor.number).label("floor"),
            col(Building.name).label("building"),
            col(Project.name).label("project"),
            col(UnitContract.number).label("contract"),
            UnitContract.made_at,
            col(Terms.days).label("days"),
            col(Approval.id).label("asked_id"),
            col(Approval.wish)["days"].as_integer().label("asked_days"),
            chief.name.label("decider"),
            col(Discount.id).label("discount_id"),
            col(Discount.state).label("given"),
            Discount.amount,
            Discount.reason,
        )
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .outerjoin(
            UnitContract,
            sa.and_(col(UnitContract.booking_id) == Booking.id, col(UnitContract.ended_at).is_(None)),
        )
        .outerjoin(Terms, col(Terms.kind) == Booking.kind)
        .outerjoin(
            Approval,
            (col(Approval.kind) == EXTENSION) & (col(Approval.subject_id) == Booking.id) & alive(MOMENT),
        )
        .outerjoin(asker, asker.id == Approval.asked_by_id)
        .outerjoin(chief, chief.id == asker.chief_id)
        .outerjoin(Discount, (col(Discount.booking_id) == Booking.id) & col(Discount.state).in_(STANDING))
        .where(
            col(Booking.deal_id) == DEAL,
            col(Booking.closed_at).is_(None),
            sa.or_(col(Booking.state) != BookingState.ACTIVE, col(Booking.until) > MOMENT),
        )
        .order_by(col(Booking.state) != BookingState.ACTIVE, col(Booking.until), col(Booking.id))
    )


def _held(row: Any, made: PriceOf) -> Held:
    return Held(
        booking_id=row.booking_id,
        unit_id=row.unit_id,
        number=row.number,
        kind=row.kind.value,
        rooms=row.rooms,
        area=row.area_total,
        floor=row.floor,
        place=f"{row.project}, {row.building}",
        price=row.price,
        until=row.until,
        extensions=row.extensions,
        state=row.state,
        booked_as=row.booked_as,
        contract=row.contract,
        signed_at=row.made_at,
        days=tuple(row.days or kinds.usual(row.booked_as).days),
        asked_id=row.asked_id,
        asked_days=row.asked_days,
        decider=row.decider,
        made=made,
    )


def awaited_places() -> sa.Select[Any]:
    """The line a deal stands in for each of its units: the place, its unit, since when, how many are ahead.
    What it is offered already is among the held."""
    before = aliased(Waiting)
    ahead = (
        pick(sa.func.count())
        .where(
            col(before.unit_id) == Waiting.unit_id,
            col(before.left_at).is_(None),
            sa.or_(
                col(before.state) == WaitingState.OFFERED,
                sa.tuple_(col(before.place), col(before.id)) < sa.tuple_(col(Waiting.place), col(Waiting.id)),
            ),
        )
        .scalar_subquery()
    )
    return (
        pick(col(Waiting.id), Waiting.unit_id, Unit.number, Waiting.since, ahead.label("ahead"))
        .join(Unit, col(Unit.id) == Waiting.unit_id)
        .where(col(Waiting.deal_id) == DEAL, col(Waiting.state) == WaitingState.WAITING)
    )


def numbers(units: Sequence[Held]) -> str:
    """Ids of the ordinary bookings, for what is done to all of them at once."""
    return ",".join(str(one.booking_id) for one in units if one.is_booked)
