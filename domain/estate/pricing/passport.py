"""The price passport of a unit: every component with its author and date, frozen while the unit is booked."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.models import Booking, BookingState, ListPrice, Unit
from domain.estate.pricing.components import LIST, ONEC, Line, Passport, total
from domain.estate.pricing.sale import Offer, promoted_units
from domain.estate.pricing.sale import sale as sold
from domain.events import Event, names
from domain.kernel.db import MOMENT, UNIT, ask, kept, pick
from domain.kernel.errors import Refused
from domain.kernel.text import _


def compose(session: Session, unit: Unit, price: Decimal, *, now: datetime) -> Passport:
    """Of what this price of the unit is made: as price lists left it, then the promotions of the moment."""
    rows = ask(session, _listed(), {"unit": unit.id, "now": now}).all()
    listed = rows[0].components if rows else None
    offers = [Offer(*offered) for _id, _components, *offered in rows if offered[0] is not None]
    lines = Passport.from_json(listed).lines if listed else ()
    if not lines or total(lines) != price:
        lines = (_told_of(session, unit, price),)
    return Passport((*lines, *sold(price, unit.area_total, offers).lines))


@kept
def _listed() -> sa.Select[Any]:
    return (
        promoted_units(Unit.id, ListPrice.components, now=MOMENT)
        .outerjoin(ListPrice, col(ListPrice.unit_id) == Unit.id)
        .where(col(Unit.id) == UNIT)
    )


def _told_of(session: Session, unit: Unit, price: Decimal) -> Line:
    """A price in one line: by whom and when it was set last, as history has it."""
    found = ask(session, _repriced(), {"unit": unit.id}).first()
    if found is None:
        return Line(ONEC, price)
    at, who, payload = found
    if document := payload.get("list"):
        said = {"number": str(document["number"])}
        return Line(LIST, price, by=who, at=at, ref=document["id"], said=said)
    return Line(ONEC, price, by=who, at=at)


@kept
def _repriced() -> sa.Select[Any]:
    return (
        pick(Event.at, User.name, Event.payload)
        .outerjoin(User, col(User.id) == Event.actor_id)
        .where(
            col(Event.subject_kind) == "unit",
            col(Event.subject_id) == UNIT,
            col(Event.name) == names.UNIT_REPRICED,
        )
        .order_by(col(Event.id).desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Held:
    """The frozen price of a booking beside what it would be today."""

    booking_id: int
    frozen: Passport
    price: Decimal
    today: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.today is None else self.today - self.price


def passport(session: Session, unit: Unit, *, deal_id: int | None = None, now: datetime) -> Passport:
    """The frozen one of the deal that holds the unit, or that of today.

    Raises Refused for a unit without a price.
    """
    if deal_id is not None and (found := held(session, unit, deal_id=deal_id, now=now)):
        return found.frozen
    if unit.price is None:
        raise Refused(_("Unit %(number)s has no price yet", number=unit.number))
    return compose(session, unit, unit.price, now=now)


def held(session: Session, unit: Unit, *, deal_id: int | None = None, now: datetime) -> Held | None:
    """The claim that holds the unit, of this deal when one is given, with its frozen passport."""
    claim = pick(Booking.id, Booking.price, Booking.passport, Booking.booked_at).where(
        col(Booking.unit_id) == unit.id, col(Booking.closed_at).is_(None)
    )
    if deal_id is not None:
        claim = claim.where(col(Booking.deal_id) == deal_id)
    row = session.execute(claim.where(_lasts(now))).first()
    if row is None:
        return None
    frozen = frozen_of(row.passport, row.price, row.booked_at)
    today = None if unit.price is None else compose(session, unit, unit.price, now=now).total
    return Held(row.id, frozen, row.price, today)


def frozen_of(told: list[dict[str, str]], price: Decimal, at: datetime) -> Passport:
    """What a booking keeps; one made before passports were kept has its price in one line."""
    found = Passport.from_json(told)
    return found if found.lines and found.total == price else Passport((Line(ONEC, price, at=at),))


def _lasts(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(col(Booking.state) != BookingState.ACTIVE, col(Booking.until) > now)
