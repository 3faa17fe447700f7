"""What a unit's panel shows: the unit, who holds it, what this person may do, how it came to be so."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import offers
from domain.access import Permission, User, may, may_act_for
from domain.estate import Booking, Building, Unit, UnitStatus
from domain.estate.booking import term_end
from domain.estate.chessboard import status
from domain.estate.claims import active
from domain.estate.discounts.showing import PriceOf, price_of
from domain.estate.extending import Extending, choices
from domain.estate.terms import kinds
from domain.estate.why import explain
from domain.events import Event
from domain.kernel.db import UNIT, kept, pick
from domain.leads import count_of_unit
from web.estate.choice import Choice, choice
from web.estate.drawn import Drawn, drawn
from web.estate.favourites import Picks, picks
from web.estate.presence import Present, present
from web.estate.queue import Queue, queue
from web.estate.why import Explained, Opened, explained

HISTORY = 8


@dataclass(frozen=True)
class Panel:
    unit: Unit
    building: Building
    status: UnitStatus
    booking: Booking | None
    mine: bool
    """Whether this person may cancel and extend the booking."""
    bookable: bool
    choice: Choice | None
    """For how long it may be booked, past its line too; None when it may not."""
    terms: list[tuple[int, datetime]]
    extending: Extending | None
    """What this person may do about the end of the booking; None of a colleague's."""
    history: list[tuple[Event, str | None]]
    drawn: Drawn
    queue: Queue
    explained: Explained | None
    picks: Picks
    present: Present
    price: PriceOf
    offered: list[offers.Line] | None
    """The latest offers of it this person may see; None for who makes none."""

    @property
    def deal(self) -> Opened | None:
        """The deal that holds it, when this person may open it."""
        return self.explained.deal if self.explained else None

    @property
    def kind_word(self) -> str:
        """Of the booking that holds it."""
        return kinds.word(self.booking.kind) if self.booking else ""

    requests: int
    """From outside, not done with yet."""

    @property
    def metre(self) -> Decimal | None:
        return (self.asked / self.unit.area_total).quantize(Decimal(1)) if self.asked else None

    @property
    def badges(self) -> tuple[str, ...]:
        return self.price.made.badges if self.price.made and not self.price.frozen else ()

    @property
    def asked(self) -> Decimal | None:
        """What the unit costs today, promotions taken off."""
        return self.price.today


def panel(session: Session, user: User, unit: Unit, *, now: datetime) -> Panel:
    booking = active(session, unit, now=now)
    told = explained(session, user, explain(session, unit, booking))
    mine = booking is not None and may(user, Permission.ESTATE_BOOK) and _below(session, user, booking)
    known = booking is None or mine or (told is not None and told.deal is not None)
    price = price_of(session, unit, booking, now=now)
    now_is = status(unit.availability, booking.state if booking else None)
    bookable = now_is is UnitStatus.FREE and may(user, Permission.ESTATE_BOOK) and unit.price is not None
    line = queue(session, user, unit, booking, now_is, now=now)
    offered = choice(session, user) if bookable or line.can_be_passed else None
    shown = booking if now_is is UnitStatus.BOOKED else None
    return Panel(
        unit=unit,
        building=unit.floor.section.building,
        status=now_is,
        booking=shown,
        mine=mine,
        bookable=bookable,
        choice=offered,
        terms=[(days, term_end(now, days)) for days, _kinds in (offered.days if offered else [])],
        extending=choices(session, shown, by=user, now=now) if shown and mine else None,
        history=_history(session, unit),
        drawn=drawn(session, user, unit),
        queue=line,
        explained=told,
        picks=picks(session, user, unit),
        present=present(session, user, unit, now=now),
        price=price if known else price.unexplained(),
        offered=offers.of_unit(session, user, unit.id) if may(user, Permission.OFFERS_MAKE) else None,
        requests=count_of_unit(session, user, unit.id) if may(user, Permission.LEADS_SEE) else 0,
    )


def _below(session: Session, user: User, booking: Booking) -> bool:
    return booking.booked_by_id == user.id or may_act_for(session, user, booking.booked_by_id)


def _history(session: Session, unit: Unit) -> list[tuple[Event, str | None]]:
    """Prices, states and bookings of the unit, newest first, with the name of who did it."""
    return [(event, name) for event, name in session.execute(_events(), {"unit": unit.id})]


@kept
def _events() -> sa.Select[Any]:
    bookings = pick(col(Booking.id)).where(col(Booking.unit_id) == UNIT)
    about = (col(Event.subject_kind) == "unit") & (col(Event.subject_id) == UNIT)
    held = (col(Event.subject_kind) == "booking") & col(Event.subject_id).in_(bookings)
    return (
        pick(Event, User.name)
        .outerjoin(User, col(User.id) == Event.actor_id)
        .where(sa.or_(about, held))
        .order_by(col(Event.id).desc())
        .limit(HISTORY)
    )
