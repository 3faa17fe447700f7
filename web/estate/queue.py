"""What stands in a unit's panel around its claim: the line, the offer, the contract, and what may be done."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.access import Permission, User, may, may_act_for
from domain.deals.queueing import Standing, standing
from domain.estate import Booking, BookingKind, BookingState, Unit, UnitStatus
from domain.estate.contracts import UnitContract


@dataclass(frozen=True)
class Queue:
    line: list[Standing]
    claim: Booking | None
    """Whatever holds the unit now."""
    paper: UnitContract | None
    """The contract, when the claim is one."""
    may_join: bool
    may_lead: bool
    """Reorder the line and go past it, with a reason."""
    may_sign: bool
    """Confirm a contract or a sale of this claim, and end it."""

    @property
    def offer(self) -> Booking | None:
        return self.claim if self.claim and self.claim.kind is BookingKind.OFFER else None

    @property
    def can_be_passed(self) -> bool:
        """Somebody waits, and nobody has booked the unit yet."""
        return self.may_lead and bool(self.line) and (self.claim is None or self.offer is not None)

    @property
    def waits(self) -> int:
        return sum(not one.offered for one in self.line)


def queue(
    session: Session, user: User, unit: Unit, claim: Booking | None, now_is: UnitStatus, *, now: datetime
) -> Queue:
    signed = claim is not None and claim.state is not BookingState.ACTIVE
    return Queue(
        line=standing(session, user, unit.id),
        claim=claim,
        paper=_paper(session, claim) if claim and signed else None,
        may_join=may(user, Permission.ESTATE_BOOK) and now_is not in (UnitStatus.FREE, UnitStatus.SOLD),
        may_lead=may(user, Permission.ESTATE_LINE),
        may_sign=claim is not None
        and may(user, Permission.ESTATE_CONTRACT)
        and may_act_for(session, user, claim.booked_by_id),
    )


def _paper(session: Session, claim: Booking) -> UnitContract | None:
    standing_ = select(UnitContract).where(
        UnitContract.booking_id == claim.id, col(UnitContract.ended_at).is_(None)
    )
    return session.exec(standing_).first()
