"""Giving a discount on a booked unit: at once within one's limit, above it by the head's, see `deciding`.

The unit's row is locked first, then the discount's: whoever books, cancels, gives or decides meanwhile waits,
and one booking has one discount at most, also by a unique index.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from domain import approvals, events
from domain.access.models import User
from domain.approvals import Approval, ApprovalState
from domain.estate.booking import lock_own, refreeze
from domain.estate.claims import DISCOUNT, building_of
from domain.estate.discounts.limits import limits
from domain.estate.discounts.models import Discount, DiscountState
from domain.estate.models import Booking, Building, Floor, Section, Unit
from domain.estate.pricing import Line, Passport, frozen_of
from domain.estate.pricing.components import DISCOUNT as DISCOUNT_LINE
from domain.estate.pricing.master import rules
from domain.estate.pricing.models import Effect
from domain.estate.pricing.sale import HUNDRED, taken_off
from domain.events import names
from domain.kernel import formats
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Refused
from domain.kernel.money import rounded
from domain.kernel.text import _

LONGEST_REASON = 500
STANDING = (DiscountState.ASKED, DiscountState.GRANTED)


def ask(
    session: Session,
    booking: Booking,
    *,
    effect: Effect,
    value: Decimal,
    reason: str,
    by: User,
    now: datetime,
) -> Discount:
    """Take something off the frozen price. `state` of what is returned says whether it holds or waits.

    Raises Refused for what would leave nothing or go below the floor of the project.
    """
    _check(effect, value, reason)
    unit = lock_own(session, booking, by=by, now=now)
    if standing(session, booking) is not None:
        raise Refused(_("This booking has a discount already: take it back first"))
    amount = taken_off(effect, value, price=booking.price, area=unit.area_total)
    refuse_too_much(session, unit, booking.price, amount)
    share = (amount / booking.price * HUNDRED).quantize(Decimal("0.0001"))
    alone = exceeds(amount, booking.price, limits(session).get(by.role, Decimal(0))) is False
    discount = Discount(
        booking_id=booking.id, effect=effect, value=value, amount=amount, share=share, reason=reason,
        asked_by_id=by.id, asked_at=now,
    )  # fmt: skip
    session.add(discount)
    session.flush()
    if alone:
        grant(session, discount, booking, unit, comment="", by=by, now=now)
    else:
        approvals.ask(
            session,
            DISCOUNT,
            subject_id=booking.id,
            deal_id=booking.deal_id,
            wish={
                "discount": discount.id, "amount": str(amount), "share": str(share), "number": unit.number,
            },
            reason=reason,
            until=booking.until,
            by=by,
            now=now,
        )  # fmt: skip
    return discount


def exceeds(amount: Decimal, price: Decimal, percent: Decimal) -> bool:
    """Whether it is more than the limit: compared exactly, not by a rounded share."""
    return amount * HUNDRED > price * percent


def withdraw(session: Session, discount: Discount, *, by: User, now: datetime) -> None:
    """Take it back: one that waits is forgotten, one that holds gives the price back as it was."""
    booking = session.get_one(Booking, discount.booking_id)
    unit = lock_own(session, booking, by=by, now=now)
    session.refresh(discount, with_for_update=LOCK)
    if discount.state not in STANDING:
        raise Refused(_("This discount was refused or taken back already"))
    if discount.state is DiscountState.ASKED:
        approvals.take_back(session, request_of(session, discount), by=by, now=now)
        return
    decide(discount, DiscountState.WITHDRAWN, by=by, now=now)
    session.flush()
    _record(session, names.DISCOUNT_WITHDRAWN, discount, booking, unit, by=by)
    unfreeze(session, booking, unit, by=by)


def request_of(session: Session, discount: Discount) -> Approval:
    """What waits for the head on `/approvals` about it."""
    found = select(Approval).where(
        Approval.kind == DISCOUNT,
        Approval.subject_id == discount.booking_id,
        Approval.state == ApprovalState.WAITING,
    )
    if discount.state is not DiscountState.ASKED:
        raise Refused(_("This discount is decided already: %(state)s", state=state_word(discount.state)))
    request = session.exec(found).first()
    if request is None:
        raise Refused(_("This booking is already over"))
    return request


def standing(session: Session, booking: Booking) -> Discount | None:
    """The discount of a booking that holds or waits."""
    found = select(Discount).where(Discount.booking_id == booking.id, col(Discount.state).in_(STANDING))
    return session.exec(found).first()


def grant(
    session: Session,
    discount: Discount,
    booking: Booking,
    unit: Unit,
    *,
    comment: str,
    by: User,
    now: datetime,
) -> None:
    """The frozen price is lowered at once. The caller holds the unit's lock."""
    refuse_too_much(session, unit, booking.price, discount.amount)
    decide(discount, DiscountState.GRANTED, comment=comment, by=by, now=now)
    session.flush()
    _record(
        session, names.DISCOUNT_GRANTED, discount, booking, unit, by=by, comment=comment, share=discount.share
    )
    said = {"effect": discount.effect.value, "value": str(discount.value)}
    line = Line(DISCOUNT_LINE, -discount.amount, discount.reason, by.name, now, discount.id, said)
    refreeze(session, booking, unit, _frozen(booking).with_line(line), by=by)


def unfreeze(session: Session, booking: Booking, unit: Unit, *, by: User) -> None:
    """The frozen price as it was without the discount."""
    refreeze(session, booking, unit, _frozen(booking).without(DISCOUNT_LINE), by=by)


def decide(discount: Discount, state: DiscountState, *, by: User, now: datetime, comment: str = "") -> None:
    discount.state, discount.comment = state, comment
    discount.decided_by_id, discount.decided_at = by.id, now


def _frozen(booking: Booking) -> Passport:
    return frozen_of(booking.passport, booking.price, booking.booked_at)


def _check(effect: Effect, value: Decimal, reason: str) -> None:
    wrong = {}
    if value <= 0 or (effect is Effect.PERCENT and value >= HUNDRED):
        wrong["value"] = _("More than zero, and less than 100 %")
    if not reason or len(reason) > LONGEST_REASON:
        wrong["reason"] = _("Say what the discount is for")
    if wrong:
        raise Invalid(wrong)


def refuse_too_much(session: Session, unit: Unit, price: Decimal, amount: Decimal) -> None:
    if not 0 < amount < price:
        raise Refused(_("A discount of %(amount)s leaves nothing of the price", amount=formats.money(amount)))
    floor = rules(session, _project_of(session, unit)).floor_metre
    if floor is not None and price - amount < rounded(floor * unit.area_total):
        raise Refused(
            _(
                "With this discount the unit would cost %(price)s: below the floor of %(floor)s "
                "(%(metre)s per m²)",
                price=formats.money(price - amount),
                floor=formats.money(rounded(floor * unit.area_total)),
                metre=formats.money(floor),
            )
        )


def _project_of(session: Session, unit: Unit) -> int:
    project = (
        pick(Building.project_id)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
    )
    return int(session.execute(project.where(col(Floor.id) == unit.floor_id)).scalar_one())


def state_word(state: DiscountState) -> str:
    return {
        DiscountState.ASKED: _("waits for the head"),
        DiscountState.GRANTED: _("given"),
        DiscountState.REFUSED: _("refused"),
        DiscountState.WITHDRAWN: _("recalled"),
    }[state]


def _record(
    session: Session, name: str, about: Discount, booking: Booking, unit: Unit, *, by: User, **told: Any
) -> None:
    events.record(
        session,
        name,
        about,
        by=by,
        deal=booking.deal_id,
        topics=[f"deal-{booking.deal_id}", f"building-{building_of(session, unit)}"],
        unit=unit.id,
        number=unit.number,
        amount=about.amount,
        **told,
    )
