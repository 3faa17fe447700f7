"""Extending a booking beyond one's own right: asked of the head, granted or declined on `/approvals`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain import approvals
from domain.access.chiefs import chief_of
from domain.access.models import User
from domain.access.policy import Permission
from domain.approvals import Approval
from domain.approvals.kinds import Fact, Wish
from domain.estate import booking as verbs
from domain.estate import claims
from domain.estate.claims import EXTENSION
from domain.estate.models import Booking, Building, Floor, Project, Section, Unit
from domain.estate.terms import Terms, kinds
from domain.kernel import formats
from domain.kernel.db import pick
from domain.kernel.errors import Forbidden, Refused
from domain.kernel.text import _


@dataclass(frozen=True)
class Extending:
    """What this person may do about the end of a booking."""

    days: list[int]
    """Terms they extend by at once."""
    askable: list[int]
    """Terms they may ask their head for."""
    why: str
    """Why not further alone."""
    waiting: Approval | None
    decider: str
    """Who answers the question that waits, or would answer a new one."""


def choices(session: Session, booking: Booking, *, by: User, now: datetime) -> Extending:
    terms = kinds.of(session, booking.kind)
    waiting = approvals.waiting_about(session, EXTENSION, [booking.id], now=now).get(booking.id)
    own = [days for days in terms.days if refusal(booking, terms, days, by=by) is None]
    beyond = [days for days in terms.days if days not in own]
    decider = chief_of(session, booking.booked_by)
    return Extending(
        days=own,
        askable=[] if waiting else beyond,
        why=(refusal(booking, terms, beyond[0], by=by) or "") if beyond else "",
        waiting=waiting,
        decider=decider.name if decider else "",
    )


def refusal(booking: Booking, terms: Terms, days: int, *, by: User) -> str | None:
    """Why this person may not extend so far alone; a head of theirs may."""
    if by.chief_id is None or booking.booked_by_id != by.id:
        return None
    return verbs.beyond_own_right(booking, terms, days)


def ask(session: Session, booking: Booking, *, days: int, reason: str, by: User, now: datetime) -> Approval:
    """Ask the head for what one may not do alone; the request ends with the booking."""
    unit = claims.lock_active(session, booking, now=now)
    if booking.booked_by_id != by.id:
        raise Forbidden(
            _("This booking belongs to %(who)s. Ask them or their head.", who=booking.booked_by.name)
        )
    terms = kinds.of(session, booking.kind)
    kinds.demand_offered(terms, days)
    if refusal(booking, terms, days, by=by) is None:
        raise Refused(_("This you may do yourself: extend the booking"))
    return approvals.ask(
        session,
        EXTENSION,
        subject_id=booking.id,
        deal_id=booking.deal_id,
        wish={"days": days, "number": unit.number},
        reason=reason,
        until=booking.until,
        by=by,
        now=now,
    )


def _grant(session: Session, approval: Approval, by: User, now: datetime) -> dict[str, Any]:
    booking = _as_it_is(session, approval)
    before = booking.until
    verbs.extend(session, booking, days=int(approval.wish["days"]), by=by, now=now)
    return {"before": before.isoformat(), "until": booking.until.isoformat()}


def _take_back(session: Session, approval: Approval, by: User, now: datetime) -> datetime:
    booking = _as_it_is(session, approval)
    if booking.until != datetime.fromisoformat(approval.granted["until"]):
        raise Refused(_("The booking has been extended again since: it can't be taken back"))
    before = datetime.fromisoformat(approval.granted["before"])
    verbs.shorten(session, booking, until=before, by=by, now=now)
    return before


def _as_it_is(session: Session, approval: Approval) -> Booking:
    """Under the lock of its unit, whatever was read before."""
    booking = session.get_one(Booking, approval.subject_id)
    session.refresh(booking)
    return booking


def _lock(session: Session, about: Sequence[Approval]) -> None:
    lock_booked(session, [one.subject_id for one in about])


def lock_booked(session: Session, booking_ids: Sequence[int]) -> None:
    """The units of these bookings, lowest number first."""
    held = pick(col(Booking.unit_id)).where(col(Booking.id).in_(booking_ids))
    claims.lock_all(session, session.execute(held).scalars().all())


def _told(wish: Wish) -> str:
    return _(
        "extend the booking of unit %(number)s by %(days)s",
        number=wish.get("number", "—"),
        days=formats.days(int(wish.get("days", 0))),
    )


def _facts(session: Session, approval: Approval, now: datetime) -> list[Fact]:
    """The unit, what it is worth, how long it is held already and would be."""
    booking, unit, building, project = place_of(session, approval.subject_id)
    days = int(approval.wish.get("days", 0))
    until = verbs.term_end(booking.until, days)
    whole = formats.here(until).date() - formats.here(booking.booked_at).date()
    terms = kinds.of(session, booking.kind)
    since = formats.told(booking.booked_at, now=now)
    extended = _("extended: %(count)s", count=booking.extensions)
    return [
        Fact(_("Unit"), f"№ {unit.number}", f"{project.name}, {building.name}", f"/units/{unit.id}"),
        Fact(_("Frozen price"), formats.money(booking.price)),
        Fact(_("Booking"), kinds.word(booking.kind), _("put since %(when)s", when=since)),
        Fact(_("Until"), formats.told(booking.until, now=now), extended),
        Fact(
            _("Would be until"),
            formats.told(until, now=now),
            _(
                "%(whole)s in all, %(most)s without the head",
                whole=formats.days(whole.days),
                most=formats.days(terms.total_days),
            ),
        ),
    ]


def place_of(session: Session, booking_id: int) -> tuple[Booking, Unit, Building, Project]:
    place = (
        select(Booking, Unit, Building, Project)
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .where(Booking.id == booking_id)
    )
    return session.exec(place).one()


approvals.register(
    approvals.ApprovalKind(
        name=EXTENSION,
        title=lambda: _("Extension of a booking"),
        permission=Permission.APPROVALS_DECIDE,
        told=_told,
        facts=_facts,
        grant=_grant,
        take_back=_take_back,
        lock=_lock,
    )
)
