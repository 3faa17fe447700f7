"""A discount above its giver's limit: granted or declined where everything is, on `/approvals`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from domain import approvals
from domain.access.models import User
from domain.access.policy import Permission
from domain.approvals import Approval, ApprovalState
from domain.approvals.kinds import Fact, Wish
from domain.estate.booking import lock_own
from domain.estate.claims import DISCOUNT
from domain.estate.discounts import giving
from domain.estate.discounts.limits import limits
from domain.estate.discounts.models import Discount, DiscountState
from domain.estate.extending import lock_booked, place_of
from domain.estate.models import Booking, Unit
from domain.kernel import formats
from domain.kernel.db import LOCK
from domain.kernel.errors import Refused
from domain.kernel.text import _

STATES = {
    ApprovalState.WAITING: DiscountState.ASKED,
    ApprovalState.DECLINED: DiscountState.REFUSED,
    ApprovalState.WITHDRAWN: DiscountState.WITHDRAWN,
}


def approve(session: Session, discount: Discount, *, comment: str, by: User, now: datetime) -> None:
    """The head's yes: the frozen price is lowered at once. Decided by somebody else meanwhile: Refused."""
    approvals.approve(session, giving.request_of(session, discount), by=by, now=now, comment=comment)


def refuse(session: Session, discount: Discount, *, comment: str, by: User, now: datetime) -> None:
    """The head's no, with the reason the seller reads."""
    approvals.decline(session, giving.request_of(session, discount), by=by, now=now, comment=comment)


def _grant(session: Session, approval: Approval, by: User, now: datetime) -> dict[str, Any]:
    discount, booking, unit = _as_they_are(session, approval, by, now)
    giving.grant(session, discount, booking, unit, comment=approval.comment, by=by, now=now)
    return {"discount": discount.id}


def _take_back(session: Session, approval: Approval, by: User, now: datetime) -> datetime:
    discount, booking, unit = _as_they_are(session, approval, by, now)
    if discount.state is not DiscountState.GRANTED:
        raise Refused(_("This discount was refused or taken back already"))
    giving.unfreeze(session, booking, unit, by=by)
    return booking.until


def _follow(session: Session, approval: Approval, by: User, now: datetime) -> None:
    discount, booking, _unit = _as_they_are(session, approval, by, now)
    other = giving.standing(session, booking)
    if approval.state is ApprovalState.WAITING and other not in (None, discount):
        raise Refused(_("This booking has a discount already: take it back first"))
    giving.decide(discount, STATES[approval.state], comment=approval.comment, by=by, now=now)
    if approval.state is ApprovalState.WAITING:
        discount.decided_by_id = discount.decided_at = None
    session.flush()


def _as_they_are(
    session: Session, approval: Approval, by: User, now: datetime
) -> tuple[Discount, Booking, Unit]:
    """Under the lock of the unit, whatever was read before."""
    discount = session.get_one(Discount, approval.wish["discount"])
    booking = session.get_one(Booking, approval.subject_id)
    unit = lock_own(session, booking, by=by, now=now)
    session.refresh(discount, with_for_update=LOCK)
    return discount, booking, unit


def _lock(session: Session, about: Sequence[Approval]) -> None:
    lock_booked(session, [one.subject_id for one in about])


def _told(wish: Wish) -> str:
    return _(
        "give a discount of %(amount)s on unit %(number)s",
        amount=formats.money(Decimal(wish.get("amount", 0))),
        number=wish.get("number", "—"),
    )


def _facts(session: Session, approval: Approval, now: datetime) -> list[Fact]:
    """The unit, what is taken off, what is left, and what who asks gives alone."""
    booking, unit, building, project = place_of(session, approval.subject_id)
    discount = session.get_one(Discount, approval.wish["discount"])
    granted = discount.state is DiscountState.GRANTED
    before = booking.price + discount.amount if granted else booking.price
    after = before - discount.amount
    alone = limits(session).get(approval.asked_by.role, Decimal(0))
    metre = formats.money((after / unit.area_total).quantize(Decimal(1)))
    return [
        Fact(_("Unit"), f"№ {unit.number}", f"{project.name}, {building.name}", f"/units/{unit.id}"),
        Fact(_("Discount"), formats.signed(-discount.amount), _per_cent(discount.share)),
        Fact(_("Frozen price"), formats.money(before)),
        Fact(_("With the discount"), formats.money(after), _("%(price)s per m²", price=metre)),
        Fact(_("Gives without approval"), _per_cent(alone), approval.asked_by.name),
        Fact(_("Booked until"), formats.told(booking.until, now=now)),
    ]


def _per_cent(share: Decimal) -> str:
    return f"{formats.number(share, 2)}{formats.NBSP}%"


approvals.register(
    approvals.ApprovalKind(
        name=DISCOUNT,
        title=lambda: _("Discount above the limit"),
        permission=Permission.DISCOUNTS_APPROVE,
        told=_told,
        facts=_facts,
        grant=_grant,
        take_back=_take_back,
        lock=_lock,
        follow=_follow,
        by_oneself=True,
    )
)
