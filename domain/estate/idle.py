"""The idle reserve: how long and for how much units stood booked, and what came of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import rows_of
from domain.estate.models import Booking, BookingState, Building, Floor, Section, Unit
from domain.kernel.db import pick

DAY = timedelta(days=1)
MOST = 5000
"""Bookings of one report: what a sheet of a year holds."""

AGENCIES: list[Callable[[Session, Sequence[int]], dict[int, str]]] = []
"""Filled from above: which of these bookings were asked for by an agency, and its name."""


@dataclass(frozen=True)
class Held:
    """One booking as far as it lies in the period."""

    id: int
    unit_id: int
    number: str
    building: str
    deal_id: int
    who_id: int
    who: str
    price: Decimal
    begun: datetime
    ended: datetime
    state: BookingState
    days: Decimal
    """Inside the period, to a hundredth: a quarter of an hour."""
    agency: str = ""

    @property
    def money_days(self) -> Decimal:
        """Roubles times days: what stood idle."""
        return self.price * self.days

    @property
    def in_vain(self) -> bool:
        """The unit came back unsold."""
        return self.state in {BookingState.EXPIRED, BookingState.CANCELLED}


@dataclass
class Sum:
    """Bookings put together: of a manager, of an agency, or all of them."""

    id: int
    name: str
    bookings: int = 0
    in_vain: int = 0
    days: Decimal = Decimal(0)
    money_days: Decimal = Decimal(0)
    vain_money_days: Decimal = Decimal(0)

    def add(self, held: Held) -> None:
        self.bookings += 1
        self.days += held.days
        self.money_days += held.money_days
        if held.in_vain:
            self.in_vain += 1
            self.vain_money_days += held.money_days

    @property
    def price(self) -> Decimal:
        """Of an average day of these bookings, in roubles."""
        return self.money_days / self.days if self.days else Decimal(0)


@dataclass(frozen=True)
class Idle:
    since: datetime
    until: datetime
    bookings: list[Held]
    managers: list[Sum] = field(default_factory=list)
    agencies: list[Sum] = field(default_factory=list)
    total: Sum = field(default_factory=lambda: Sum(0, ""))
    cut: bool = False
    """Whether there were more than a report holds."""

    @property
    def length(self) -> Decimal:
        """Days of the period."""
        return _days(self.until - self.since)

    @property
    def average(self) -> Decimal:
        """Roubles that stood booked on an average day of the period."""
        return self.total.money_days / self.length if self.length else Decimal(0)


def idle(session: Session, user: User, *, since: datetime, until: datetime, now: datetime) -> Idle:
    """Bookings of this person's rows that held a unit in the period, longest and dearest first.

    A booking counts from when it was made to when it was closed, or to now and never beyond its term: what
    a contract holds is no idle reserve.
    """
    rows = (
        pick(
            Booking.id, Unit.id, Unit.number, Building.name, Booking.deal_id, User.id, User.name,
            Booking.price, Booking.booked_at, Booking.until, Booking.closed_at, Booking.state,
        )
        .select_from(Booking)
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(User, col(User.id) == Booking.booked_by_id)
        .where(
            rows_of(user, col(Booking.booked_by_id)),
            col(Booking.booked_at) < until,
            col(Booking.closed_at).is_(None) | (col(Booking.closed_at) > since),
        )
        .order_by(col(Booking.id).desc())
        .limit(MOST + 1)
    )  # fmt: skip
    found = []
    for row in session.execute(rows):
        ended = row.closed_at or min(row.until, now)
        inside = min(ended, until) - max(row.booked_at, since)
        if inside > timedelta(0):
            found.append(Held(*(*row[:8], row.booked_at, ended, row.state, _days(inside))))
    return _summed(_with_agencies(session, found[:MOST]), since, until, cut=len(found) > MOST)


def _days(span: timedelta) -> Decimal:
    return (Decimal(span.total_seconds()) / Decimal(DAY.total_seconds())).quantize(Decimal("0.01"))


def _with_agencies(session: Session, found: list[Held]) -> list[Held]:
    from_agencies: dict[int, str] = {}
    for known in AGENCIES:
        from_agencies |= known(session, [each.id for each in found])
    if not from_agencies:
        return found
    return [Held(**{**vars(each), "agency": from_agencies.get(each.id, "")}) for each in found]


def _summed(found: list[Held], since: datetime, until: datetime, *, cut: bool) -> Idle:
    total = Sum(0, "")
    for held in found:
        total.add(held)
    return Idle(
        since=since,
        until=until,
        bookings=sorted(found, key=lambda held: held.money_days, reverse=True),
        managers=_grouped((held.who_id, held.who, held) for held in found),
        agencies=_grouped((0, held.agency, held) for held in found if held.agency),
        total=total,
        cut=cut,
    )


def _grouped(found: Iterable[tuple[int, str, Held]]) -> list[Sum]:
    groups: dict[tuple[int, str], Sum] = {}
    for id_, name, held in found:
        groups.setdefault((id_, name), Sum(id_, name)).add(held)
    return sorted(groups.values(), key=lambda group: group.money_days, reverse=True)
