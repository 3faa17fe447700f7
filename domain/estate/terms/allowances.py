"""How many bookings somebody may hold at once: counted under a lock of the person, so two can't be the last.

Whatever makes a unit take a place asks here. The order of locks is units, then the person, then who brought
the deal, then the deal: whoever books has locked the units already.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access.chiefs import chief_of
from domain.access.models import Role, User
from domain.estate.models import Booking, BookingKind, BookingState, Building, Floor, Section, Unit
from domain.estate.terms.kinds import word
from domain.estate.terms.models import Allowance, Terms, Whose
from domain.kernel import formats
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Refused
from domain.kernel.text import _, ngettext

MOST_NAMED = 20
DealLimit = Callable[[Session, int, Collection[int], datetime], None]
deal_limits: list[DealLimit] = []
"""Filled from above: limits of who brought a deal. Each locks whom it counts, and refuses units too many."""


@dataclass(frozen=True)
class Filling:
    """A booking that takes one place of an allowance."""

    booking_id: int
    unit_id: int
    kind: BookingKind
    number: str
    building: str
    until: datetime
    deal_id: int | None
    """Told with it; None where the deal may be of somebody else."""


class LimitReached(Refused):
    """No place is left; `filling` are the bookings that take them."""

    def __init__(self, sentence: str, filling: Sequence[Filling], *, now: datetime) -> None:
        self.filling = tuple(filling)
        super().__init__(sentence, tuple(_named(one, now) for one in self.filling[:MOST_NAMED]))


def demand_room(
    session: Session, terms: Terms, *, deal_id: int, units: Collection[int], by: User, now: datetime
) -> None:
    """Refuse one booking too many: for its holder, of all kinds or of this one; for who brought the deal."""
    if terms.kind is BookingKind.OFFER:
        return
    most = most_of(session, by)
    of_kind = terms.at_once if by.role is Role.MANAGER else None
    if most is not None or of_kind is not None:
        lock_person(session, by)
        held = filling(session, col(Booking.booked_by_id) == by.id, now=now)
        demand(session, most, held, units, of=by, now=now)
        same = [one for one in held if one.kind is terms.kind]
        demand(session, of_kind, same, units, of=by, now=now, kind=terms.kind)
    for limit in deal_limits:
        limit(session, deal_id, units, now)


def fits(most: int | None, held: Sequence[Filling], units: Collection[int]) -> bool:
    """Whether there are places for these units; one that fills a place already takes no other."""
    coming = set(units).difference(one.unit_id for one in held)
    return most is None or not coming or len(held) + len(coming) <= most


def demand(
    session: Session,
    most: int | None,
    held: Sequence[Filling],
    units: Collection[int],
    *,
    of: User,
    now: datetime,
    kind: BookingKind | None = None,
) -> None:
    """The check itself."""
    if most is None or fits(most, held, units):
        return
    chief = chief_of(session, of)
    lifter = chief.name if chief else _("the administrator")
    told = ngettext(
        "The limit is %(count)s booking at once", "The limit is %(count)s bookings at once", most, count=most
    )
    if kind is not None:
        told = _("%(limit)s of the kind “%(kind)s”", limit=told, kind=word(kind).lower())
    raise LimitReached(
        _(
            "%(limit)s, and %(held)s are taken: %(whose)s. Release one, or ask to lift the limit: %(who)s",
            limit=told,
            whose=of.name,
            held=len(held),
            who=lifter,
        ),
        held,
        now=now,
    )


def most_of(session: Session, person: User) -> int | None:
    """The person's own allowance, else that of all managers or agents; a head has none unless given one."""
    own = session.exec(select(Allowance).where(Allowance.user_id == person.id)).first()
    if own is not None:
        return own.most
    return common(session, COMMON[person.role]) if person.role in COMMON else None


COMMON = {Role.MANAGER: Whose.MANAGER, Role.AGENT: Whose.AGENT}


def common(session: Session, whose: Whose) -> int | None:
    """The number for everybody of this sort; None without one."""
    wanted = pick(Allowance.most).where(col(Allowance.whose) == whose, col(Allowance.user_id).is_(None))
    return session.execute(wanted).scalar()


def lock_person(session: Session, person: User) -> None:
    """Who books in this name at the same moment waits here, and counts what we have booked."""
    row = pick(col(User.id)).where(col(User.id) == person.id)
    session.execute(row.with_for_update(key_share=LOCK["key_share"]))


def filling(session: Session, theirs: sa.ColumnElement[bool], *, now: datetime) -> list[Filling]:
    """Somebody's bookings that hold, the first to end first; a contract takes no place."""
    rows = (
        pick(
            col(Booking.id), Unit.id, Booking.kind, Unit.number, Building.name, Booking.until,
            Booking.deal_id,
        )
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(
            theirs,
            col(Booking.state) == BookingState.ACTIVE,
            col(Booking.until) > now,
            col(Booking.kind) != BookingKind.OFFER,
        )
        .order_by(col(Booking.until), col(Booking.id))
    )  # fmt: skip
    return [Filling(*row) for row in session.execute(rows)]


def room(session: Session, person: User, *, now: datetime) -> tuple[int, int | None]:
    """How many places are taken, of how many: for the screen, without a lock."""
    held = sa.select(sa.func.count()).where(
        col(Booking.booked_by_id) == person.id,
        col(Booking.state) == BookingState.ACTIVE,
        col(Booking.until) > now,
        col(Booking.kind) != BookingKind.OFFER,
    )
    return session.execute(held).scalar_one(), most_of(session, person)


def _named(one: Filling, now: datetime) -> str:
    told: dict[str, str] = {
        "number": one.number,
        "building": one.building,
        "until": formats.told(one.until, now=now),
    }
    if one.deal_id is None:
        return _("№ %(number)s, %(building)s: until %(until)s", **told)
    return _("№ %(number)s, %(building)s: until %(until)s, deal № %(deal)s", deal=one.deal_id, **told)
