"""All that happened to one unit: its states and prices from the first day, and who it was."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.chessboard import status
from domain.estate.models import Booking, BookingState, Floor, Section, Unit, UnitStatus
from domain.estate.past.models import ClaimPeriod, UnitPeriod
from domain.events.models import Event
from domain.kernel.db import pick

MOST = 1_000
"""Changes told on one page, the latest; a unit lives through some dozens."""


class Point(NamedTuple):
    """The price from this moment on; None while there was none."""

    at: datetime
    price: Decimal | None


@dataclass(frozen=True)
class Moment:
    """From this moment on the unit was so."""

    at: datetime
    status: UnitStatus
    price: Decimal | None
    number: str
    section: int
    floor: int
    who: str | None
    """None: the system itself or 1C."""
    turned: bool
    repriced: bool
    moved: bool
    arranged: tuple[int, int | None]
    """How many floors it took, and its layout."""
    rearranged: bool
    before: Decimal | None = None
    """The price that stood until then."""


@dataclass(frozen=True)
class History:
    moments: list[Moment]
    """The newest first."""
    prices: list[Point]
    """The oldest first."""

    @property
    def known(self) -> list[Decimal]:
        return [point.price for point in self.prices if point.price is not None]


def history(session: Session, unit: Unit, *, now: datetime) -> History:
    """Three queries, however long the unit has been sold."""
    periods = session.execute(
        pick(UnitPeriod, Section.number, Floor.number)
        .outerjoin(Floor, col(Floor.id) == UnitPeriod.floor_id)
        .outerjoin(Section, col(Section.id) == Floor.section_id)
        .where(col(UnitPeriod.unit_id) == unit.id)
        .order_by(col(UnitPeriod.since), col(UnitPeriod.id))
    ).all()
    claims = list(
        session.execute(
            pick(ClaimPeriod).where(col(ClaimPeriod.unit_id) == unit.id).order_by(col(ClaimPeriod.since))
        ).scalars()
    )
    who = _who(session, unit)
    moments = _told(periods, claims, who, now=now)
    prices = [Point(moment.at, moment.price) for moment in moments if moment.repriced]
    return History(moments[: -MOST - 1 : -1], prices)


def _who(session: Session, unit: Unit) -> dict[int, str]:
    """Names by transaction: the events of a change are written in the change's own."""
    bookings = pick(col(Booking.id)).where(col(Booking.unit_id) == unit.id)
    about = (col(Event.subject_kind) == "unit") & (col(Event.subject_id) == unit.id)
    of_bookings = (col(Event.subject_kind) == "booking") & col(Event.subject_id).in_(bookings)
    rows: Any = (
        pick(Event.xid, User.name)
        .join(User, col(User.id) == Event.actor_id)
        .where(sa.or_(about, of_bookings))
        .order_by(col(Event.id).desc())
        .limit(MOST)
    )
    return {row.xid: row.name for row in session.execute(rows)}


def _told(periods: Any, claims: list[ClaimPeriod], who: dict[int, str], *, now: datetime) -> list[Moment]:
    """What the unit was after each moment at which anything began or ended, the oldest first."""
    begun: dict[datetime, int | None] = {period.since: period.xid for period, _s, _f in periods}
    for claim in claims:
        begun.setdefault(claim.since, claim.xid)
        end = _end(claim)
        if end is not None and end <= now:
            begun.setdefault(end, claim.end_xid if end == claim.till else None)
    told: list[Moment] = []
    for at in sorted(begun):
        present = _present(periods, at)
        if present is None:
            continue
        period, section, floor = present
        held = next((claim.state for claim in claims if _holds(claim, at)), None)
        is_ = status(period.availability, held)
        last = told[-1] if told else None
        place = (period.number, section or 0, floor or 0)
        arranged = (period.storeys, period.layout_id)
        moment = Moment(
            at=at, status=is_, price=period.price, number=place[0], section=place[1], floor=place[2],
            who=who.get(begun[at] or 0),
            turned=last is None or last.status != is_,
            repriced=last is None or last.price != period.price,
            moved=last is not None and (last.number, last.section, last.floor) != place,
            arranged=arranged,
            rearranged=last is not None and last.arranged != arranged,
            before=last.price if last else None,
        )  # fmt: skip
        if moment.turned or moment.repriced or moment.moved or moment.rearranged:
            told.append(moment)
    return told


def _present(periods: Any, at: datetime) -> Any:
    return next(
        (
            row
            for row in reversed(periods)
            if row[0].since <= at and (row[0].till is None or row[0].till > at)
        ),
        None,
    )


def _end(claim: ClaimPeriod) -> datetime | None:
    """When it ceased to hold: closed, or by its term alone."""
    if claim.state is not BookingState.ACTIVE:
        return claim.till
    return min(claim.till, claim.until) if claim.till else claim.until


def _holds(claim: ClaimPeriod, at: datetime) -> bool:
    end = _end(claim)
    return claim.since <= at and (end is None or end > at)
